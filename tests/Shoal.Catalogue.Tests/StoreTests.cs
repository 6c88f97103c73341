using Microsoft.Data.Sqlite;
using Shoal.Clients;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

public sealed class StoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void What_was_registered_is_there_when_the_process_ended_without_closing()
    {
        // The first is never closed, as after kill -9; the second reads what the first wrote.
        SqliteCatalogue first = SqliteCatalogue.Open(_home.File("c.db"), 10);
        first.Register([Of("a", "h1", 1)], Start);
        using (SqliteCatalogue second = SqliteCatalogue.Open(_home.File("c.db"), 10))
        {
            Assert.Equal(1, second.Count);
            Assert.Equal("0-2", Assert.Single(second.EndPointsOf("h1")).Chunks.ToString());
        }
        first.Dispose();
    }

    [Fact]
    public void A_catalogue_of_a_later_version_is_left_alone()
    {
        SqliteCatalogue.Open(_home.File("c.db"), 10).Dispose();
        using (var connection = new SqliteConnection($"Data Source={_home.File("c.db")};Pooling=false"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }
        IOException error = Assert.Throws<IOException>(() => SqliteCatalogue.Open(_home.File("c.db"), 10));
        Assert.Contains("schema 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_go_when_their_time_is_over_and_files_with_the_last_of_them()
    {
        using SqliteCatalogue store = SqliteCatalogue.Open(null, 10);
        store.Register([Of("a", "h1", 1), Of("b", "h2", 1) with { Expires = Start.AddHours(2) }], Start);
        store.Expire(Start.AddMinutes(59), _ => false);
        Assert.Equal(2, store.Count);
        store.Expire(Start.AddMinutes(61), _ => false);
        Assert.Null(store.Find("h1"));
        Assert.Equal(1, store.Find("h2")!.EndPoints);
    }

    [Fact]
    public void A_file_with_a_torrent_stays_an_hour_after_its_last_source_and_as_long_as_its_swarm_has_peers()
    {
        using SqliteCatalogue store = SqliteCatalogue.Open(null, 10);
        Registration file = Of("a", "h1", 1);
        string infoHash = new('a', 40);
        store.Register([file with { File = file.File with { InfoHash = infoHash }, Torrent = [1, 2] }], Start);
        store.Leave("10.0.0.1", 1, null);
        Assert.NotNull(store.Find("h1"));
        store.Expire(Start.AddMinutes(90), hash => hash.ToString() == infoHash);
        store.Expire(Start.AddMinutes(140), _ => false);
        Assert.NotNull(store.Find("h1"));
        store.Expire(Start.AddMinutes(151), _ => false);
        Assert.Null(store.Find("h1"));
        store.Register([file with { EndPoint = null, IsPinned = true }], Start);
        store.Expire(Start.AddDays(1000), _ => false);
        Assert.NotNull(store.Find("h1"));
    }

    [Fact]
    public void Files_names_endpoints_and_tags_are_bounded()
    {
        using SqliteCatalogue store = SqliteCatalogue.Open(null, CatalogueLimits.MaxNamesPerFile + 1);
        for (int i = 0; i < CatalogueLimits.MaxNamesPerFile; i++)
            Assert.Equal(RegistrationStatus.Stored, store.Register([Of($"n{i}", "h1", 1)], Start)[0].Status);
        Assert.Equal(RegistrationStatus.TooManyNames, store.Register([Of("more", "h1", 1)], Start)[0].Status);
        Assert.Equal(
            [RegistrationStatus.Stored, RegistrationStatus.Full],
            store.Register([Of("x", "h2", 1), Of("y", "h3", 1)], Start).Select(s => s.Status));
        Registration[] many =
            [.. Enumerable.Range(1, CatalogueLimits.MaxEndPointsPerFile + 1).Select(p => Of("n0", "h1", p))];
        Assert.Equal(RegistrationStatus.TooManyEndPoints, store.Register(many, Start)[^1].Status);
        Registration tagged = Of("x", "h2", 1);
        store.Register(
            [tagged with { File = tagged.File with { Tags = [.. Enumerable.Range(0, 40).Select(t => $"t{t}")] } }],
            Start);
        Assert.Equal(CatalogueLimits.MaxTags, store.Find("h2")!.Tags.Count);
    }

    [Fact]
    public void A_batch_that_fails_half_way_leaves_nothing()
    {
        using SqliteCatalogue store = SqliteCatalogue.Open(null, 10);
        Assert.ThrowsAny<Exception>(() => store.Register([Of("a", "h1", 1), null!], Start));
        Assert.Equal(0, store.Count);
        store.Register([Of("a", "h1", 1)], Start);
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public void Words_of_signs_alone_and_quotes_search_for_nothing_that_could_harm()
    {
        using SqliteCatalogue store = SqliteCatalogue.Open(null, 10);
        store.Register([Of("a \"quoted\" name.txt", "h1", 1)], Start);
        foreach (string word in (string[])["\"quoted\"", "quo", "\"", "NAME", "*"])
            Assert.Single(store.Search(new FileQuery { Words = [word] }).Files);
        foreach (string word in (string[])["NOT", "name:a", "a AND b", "'; DROP TABLE file; --"])
            Assert.Empty(store.Search(new FileQuery { Words = [word] }).Files);
    }

    private static Registration Of(string name, string hash, int port) => new()
    {
        File = new CatalogueFile { Name = name, Hash = hash, Size = 3000, ChunkSize = 1024 },
        EndPoint = new CatalogueEndPoint("10.0.0.1", port, ChunkSet.Whole(3)),
        Expires = Start.AddHours(1),
    };
}
