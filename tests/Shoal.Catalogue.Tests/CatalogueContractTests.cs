using System.Globalization;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

/// <summary>What every store of a catalogue does, whatever is behind it.</summary>
public abstract class CatalogueContractTests
{
    private protected static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

    private static readonly string SomeHash = new('a', 40);

    [Fact]
    public async Task A_file_is_found_by_its_hash_its_info_hashes_and_its_names()
    {
        await using CatalogueAtHand at = await OpenAsync();
        string v2 = new('b', 64);
        Registration one = Of("one.txt", "h1", 1);
        StoredRegistration stored = (await at.Store.RegisterAsync(
            [one with { File = one.File with { InfoHash = SomeHash, PieceSize = 7, Tags = ["x", "y z"] } }], Start))[0];
        Assert.Equal((RegistrationStatus.Stored, 1), (stored.Status, stored.EndPoints));
        await at.Store.RegisterAsync(
            [Of("two.txt", "h1", 2) with { File = one.File with { Name = "two.txt", InfoHashV2 = v2 } }], Start);
        CatalogueFile file = at.Store.Find("h1")!;
        Assert.Equal(("one.txt", 3000L, 1024, SomeHash, v2, 7, 2, Start), (file.Name, file.Size, file.ChunkSize,
            file.InfoHash, file.InfoHashV2, file.PieceSize, file.EndPoints, file.Added));
        Assert.Equal(["x", "y z"], file.Tags);
        Assert.False(file.HasTorrent);
        Assert.Equal("h1", at.Store.FindByInfoHash(SomeHash)!.Hash);
        Assert.Equal("h1", at.Store.FindByInfoHash(v2)!.Hash);
        Assert.Equal("h1", at.Store.FindByInfoHash(v2[..40])!.Hash);
        Assert.Null(at.Store.FindByInfoHash("b"));
        Assert.Equal("two.txt", Assert.Single(at.Store.FindByName("two.txt")).Name);
        Assert.Equal(2, at.Store.Count);
        Assert.Equal([SomeHash, v2[..40]], at.Store.Swarms().Select(s => s.ToString()));
        Assert.Null(at.Store.Find("h2"));
    }

    [Fact]
    public async Task Contents_of_one_name_are_all_kept_and_those_with_the_most_endpoints_come_first()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await at.Store.RegisterAsync([Of("n", "h1", 1), Of("n", "h2", 1), Of("n", "h2", 2)], Start);
        Assert.Equal(["h2", "h1"], at.Store.FindByName("n").Select(f => f.Hash));
    }

    [Fact]
    public async Task What_does_not_agree_with_what_is_there_is_refused()
    {
        await using CatalogueAtHand at = await OpenAsync();
        Registration first = Of("n", "h1", 1);
        first = first with { File = first.File with { InfoHash = SomeHash } };
        CatalogueFile file = first.File;
        await at.Store.RegisterAsync([first], Start);
        IReadOnlyList<StoredRegistration> stored = await at.Store.RegisterAsync(
        [
            first with { File = file with { Size = 1 } },
            first with { File = file with { ChunkSize = 2048 } },
            first with { File = file with { InfoHash = new string('c', 40) } },
            first with { File = file with { ChunkSize = 2048 }, TakesAnyChunkSize = true },
        ], Start);
        Assert.Equal(
        [
            RegistrationStatus.SizeDiffers, RegistrationStatus.ChunkSizeDiffers, RegistrationStatus.InfoHashDiffers,
            RegistrationStatus.Stored,
        ], stored.Select(s => s.Status));
        Assert.All(stored, s => Assert.Equal((3000, 1024), (s.File!.Size, s.File.ChunkSize)));
    }

    [Fact]
    public async Task Endpoints_go_when_their_time_is_over_and_files_with_the_last_of_them()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await at.Store.RegisterAsync([Of("a", "h1", 1), Of("b", "h2", 1) with { Expires = Start.AddHours(2) }], Start);
        await at.Store.ExpireAsync(Start.AddMinutes(59), Nobody);
        Assert.Equal(2, at.Store.Count);
        Assert.Equal(1, await at.Store.ExpireAsync(Start.AddMinutes(61), Nobody));
        Assert.Null(at.Store.Find("h1"));
        Assert.Equal(1, at.Store.Find("h2")!.EndPoints);
    }

    [Fact]
    public async Task More_endpoints_than_one_round_takes_go_in_one_call()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await at.Store.RegisterAsync(
            [.. Enumerable.Range(1, 450).Select(i => Of($"n{i}", $"h{i % 430}", i))], Start);
        Assert.Equal(430, await at.Store.ExpireAsync(Start.AddMinutes(61), Nobody));
        Assert.Equal(0, at.Store.Count);
    }

    [Fact]
    public async Task A_file_with_a_torrent_stays_an_hour_after_its_last_source_and_as_long_as_its_swarm_has_peers()
    {
        await using CatalogueAtHand at = await OpenAsync();
        Registration file = Of("a", "h1", 1);
        await at.Store.RegisterAsync(
            [file with { File = file.File with { InfoHash = SomeHash }, Torrent = [1, 2] }], Start);
        await at.Store.LeaveAsync("10.0.0.1", 1, null);
        Assert.NotNull(at.Store.Find("h1"));
        await at.Store.ExpireAsync(
            Start.AddMinutes(90), all => new(all.Where(h => h.ToString() == SomeHash).ToHashSet()));
        await at.Store.ExpireAsync(Start.AddMinutes(140), Nobody);
        Assert.NotNull(at.Store.Find("h1"));
        Assert.Equal(1, await at.Store.ExpireAsync(Start.AddMinutes(151), Nobody));
        Assert.Null(at.Store.Find("h1"));
        await at.Store.RegisterAsync([file with { EndPoint = null, IsPinned = true }], Start);
        await at.Store.ExpireAsync(Start.AddDays(1000), Nobody);
        Assert.NotNull(at.Store.Find("h1"));
    }

    [Fact]
    public async Task Files_names_endpoints_and_tags_are_bounded()
    {
        await using CatalogueAtHand at = await OpenAsync(CatalogueLimits.MaxNamesPerFile + 1);
        for (int i = 0; i < CatalogueLimits.MaxNamesPerFile; i++)
            Assert.Equal(RegistrationStatus.Stored, await StatusAsync(at, Of($"n{i}", "h1", 1)));
        Assert.Equal(RegistrationStatus.TooManyNames, await StatusAsync(at, Of("more", "h1", 1)));
        Assert.Equal(
            [RegistrationStatus.Stored, RegistrationStatus.Full],
            (await at.Store.RegisterAsync([Of("x", "h2", 1), Of("y", "h3", 1)], Start)).Select(s => s.Status));
        Registration[] many =
            [.. Enumerable.Range(1, CatalogueLimits.MaxEndPointsPerFile + 1).Select(p => Of("n0", "h1", p))];
        Assert.Equal(
            RegistrationStatus.TooManyEndPoints, (await at.Store.RegisterAsync(many, Start))[^1].Status);
        Registration tagged = Of("x", "h2", 1);
        await at.Store.RegisterAsync(
            [tagged with { File = tagged.File with { Tags = [.. Enumerable.Range(0, 40).Select(t => $"t{t}")] } }],
            Start);
        Assert.Equal(CatalogueLimits.MaxTags, at.Store.Find("h2")!.Tags.Count);
        await at.Store.DeleteAsync("h1");
        Assert.Equal(RegistrationStatus.Stored, await StatusAsync(at, Of("y", "h3", 1)));
    }

    [Fact]
    public async Task A_batch_that_fails_half_way_leaves_nothing()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await Assert.ThrowsAnyAsync<Exception>(
            async () => await at.Store.RegisterAsync([Of("a", "h1", 1), null!], Start));
        Assert.Equal(0, at.Store.Count);
        await at.Store.RegisterAsync([Of("a", "h1", 1)], Start);
        Assert.Equal(1, at.Store.Count);
    }

    [Fact]
    public async Task Words_find_the_beginnings_of_words_of_names_and_tags_and_all_have_to_be_found()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await RegisterSomeAsync(at);
        Assert.Equal(["alpha beta.txt", "beta gamma.txt"], Names(at, new FileQuery { Words = ["bet"] }));
        Assert.Equal(["beta gamma.txt"], Names(at, new FileQuery { Words = ["BETA", "gam"] }));
        Assert.Equal(["delta.txt"], Names(at, new FileQuery { Words = ["fil"] }));
        Assert.Equal(["delta.txt"], Names(at, new FileQuery { Tag = "film" }));
        Assert.Equal([], Names(at, new FileQuery { Tag = "fil" }));
        Assert.Equal([], Names(at, new FileQuery { Words = ["eta"] }));
        await at.Store.RegisterAsync([Of("a \"quoted\" name.txt", "h9", 1)], Start);
        foreach (string word in (string[])["\"quoted\"", "quo", "NAME"])
            Assert.Single(at.Store.Search(new FileQuery { Words = [word] }).Files);
        foreach (string word in (string[])["NOT", "name:a", "a AND b", "'; DROP TABLE file; --"])
            Assert.Empty(at.Store.Search(new FileQuery { Words = [word] }).Files);
    }

    [Fact]
    public async Task Pages_are_in_the_order_that_is_asked_for_and_tell_how_many_there_are()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await RegisterSomeAsync(at);
        Assert.Equal(["delta.txt", "beta gamma.txt", "alpha beta.txt"],
            at.Store.Search(new FileQuery()).Files.Select(f => f.Name));
        Assert.Equal(["delta.txt", "beta gamma.txt", "alpha beta.txt"],
            at.Store.Search(new FileQuery { Order = FileOrder.Name }).Files.Select(f => f.Name));
        Assert.Equal(["alpha beta.txt", "delta.txt", "beta gamma.txt"],
            at.Store.Search(new FileQuery { Order = FileOrder.Size }).Files.Select(f => f.Name));
        Assert.Equal(["beta gamma.txt", "delta.txt", "alpha beta.txt"],
            at.Store.Search(new FileQuery { Order = FileOrder.Peers }).Files.Select(f => f.Name));
        (IReadOnlyList<CatalogueFile> files, int total) = at.Store.Search(
            new FileQuery { Order = FileOrder.Name, Descending = false, Offset = 1, Limit = 1, Words = ["t"] });
        Assert.Equal(("beta gamma.txt", 3), (Assert.Single(files).Name, total));
        Assert.Equal(3, at.Store.SearchAll(new FileQuery { Words = ["txt"] }).Count);
    }

    [Fact]
    public async Task Chunks_add_up_for_each_endpoint()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await at.Store.RegisterAsync([Of("a", "h1", 1)], Start);
        foreach (int chunk in (int[])[2, 0, 1])
        {
            (RegistrationStatus, ChunkSet)? added = await AddAsync(at, "h1", 2, (chunk, chunk + 1));
            Assert.Equal(RegistrationStatus.Stored, added!.Value.Item1);
        }
        Assert.Equal("0-2", at.Store.EndPointsOf("h1").Single(e => e.Port == 2).Chunks.ToString());
        Assert.Equal(2, at.Store.Find("h1")!.EndPoints);
        Assert.Null(await AddAsync(at, "h2", 2, (0, 1)));
        ChunkSet odd = ChunkSet.Of(Enumerable.Range(0, ChunkSet.MaxRanges).Select(i => (2 * i, 2 * i + 1)))!;
        await at.Store.AddChunksAsync("h1", new CatalogueEndPoint("10.0.0.1", 3, odd), Start.AddHours(1), Start);
        (RegistrationStatus, ChunkSet)? more = await AddAsync(at, "h1", 3, (100_000, 100_001));
        Assert.Equal(RegistrationStatus.TooManyRanges, more!.Value.Item1);
    }

    [Fact]
    public async Task Who_leaves_is_out_of_one_file_or_of_all_and_files_without_torrent_go_with_the_last()
    {
        await using CatalogueAtHand at = await OpenAsync();
        await at.Store.RegisterAsync(
            [Of("a", "h1", 1), Of("b", "h2", 1), Of("c", "h3", 1) with { Torrent = [1] }, Of("b", "h2", 2)], Start);
        Assert.Equal([("h1", "a")], await at.Store.LeaveAsync("10.0.0.1", 1, "h1"));
        Assert.Equal([], await at.Store.LeaveAsync("10.0.0.1", 1, "h1"));
        Assert.Equal([], await at.Store.LeaveAsync("10.0.0.2", 1, null));
        Assert.Equal([("h2", "b"), ("h3", "c")], (await at.Store.LeaveAsync("10.0.0.1", 1, null)).Order());
        Assert.Null(at.Store.Find("h1"));
        Assert.Equal(1, at.Store.Find("h2")!.EndPoints);
        Assert.Equal(0, at.Store.Find("h3")!.EndPoints);
    }

    [Fact]
    public async Task A_torrent_is_kept_beside_its_file_and_goes_with_it()
    {
        await using CatalogueAtHand at = await OpenAsync();
        Registration file = Of("a", "h1", 1);
        await at.Store.RegisterAsync([file], Start);
        var torrent = new Registration
        {
            File = file.File with { InfoHash = SomeHash, PieceSize = 16 }, Torrent = [1, 2, 0, 255],
        };
        Assert.True(await at.Store.AttachTorrentAsync(torrent));
        Assert.Equal([1, 2, 0, 255], at.Store.TorrentOf("h1"));
        CatalogueFile known = at.Store.Find("h1")!;
        Assert.Equal((true, SomeHash, 16), (known.HasTorrent, known.InfoHash, known.PieceSize));
        Assert.False(await at.Store.AttachTorrentAsync(torrent with { File = torrent.File with { Hash = "h2" } }));
        Assert.True(await at.Store.DeleteAsync("h1"));
        Assert.False(await at.Store.DeleteAsync("h1"));
        Assert.Null(at.Store.TorrentOf("h1"));
        Assert.Equal(0, at.Store.Count);
        Assert.Empty(at.Store.Search(new FileQuery { Words = ["a"] }).Files);
    }

    /// <summary>Opens an empty store.</summary>
    private protected abstract Task<CatalogueAtHand> OpenAsync(int maxNames = 1000);

    private protected static ValueTask<IReadOnlySet<InfoHash>> Nobody(IReadOnlyList<InfoHash> swarms) =>
        new(new HashSet<InfoHash>());

    private protected static Registration Of(string name, string hash, int port) => new()
    {
        File = new CatalogueFile { Name = name, Hash = hash, Size = 3000, ChunkSize = 1024 },
        EndPoint = new CatalogueEndPoint("10.0.0.1", port, ChunkSet.Whole(3)),
        Expires = Start.AddHours(1),
    };

    private protected static ValueTask<(RegistrationStatus Status, ChunkSet Chunks)?> AddAsync(
        CatalogueAtHand at, string hash, int port, params (int, int)[] chunks) => at.Store.AddChunksAsync(
            hash, new CatalogueEndPoint("10.0.0.1", port, ChunkSet.Of(chunks)!), Start.AddHours(1), Start);

    private static async Task<RegistrationStatus> StatusAsync(CatalogueAtHand at, Registration registration) =>
        (await at.Store.RegisterAsync([registration], Start))[0].Status;

    private static async Task RegisterSomeAsync(CatalogueAtHand at)
    {
        (string Name, long Size, int Peers)[] some =
            [("alpha beta.txt", 30, 1), ("beta gamma.txt", 10, 3), ("delta.txt", 20, 2)];
        for (int i = 0; i < some.Length; i++)
        {
            (string name, long size, int peers) = some[i];
            string hash = $"h{i.ToString(CultureInfo.InvariantCulture)}";
            for (int port = 1; port <= peers; port++)
            {
                Registration one = Of(name, hash, port);
                await at.Store.RegisterAsync(
                    [one with { File = one.File with { Size = size, Tags = i == 2 ? ["film"] : [] } }],
                    Start.AddMinutes(i));
            }
        }
    }

    private static IEnumerable<string> Names(CatalogueAtHand at, FileQuery query) =>
        at.Store.Search(query with { Order = FileOrder.Name, Descending = false }).Files.Select(f => f.Name);
}
