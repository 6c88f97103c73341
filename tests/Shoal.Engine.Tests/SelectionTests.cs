using Shoal.Engine.Torrents;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests;

public sealed class SelectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_are_chosen_when_it_is_known_which_there_are(bool magnet)
    {
        await using Pair pair = await StartAsync();
        int calls = 0;
        Torrent torrent = await pair.Downloader.AddAsync(
            magnet ? new TorrentSource.Magnet(pair.Magnet) : new TorrentSource.Parsed(pair.Created.Metainfo),
            pair.Options with
            {
                SelectFiles = info =>
                {
                    calls++;
                    return Visible(info).Index().Where(f => f.Item.DisplayPath == "sub/b.txt").Select(f => f.Index);
                },
            },
            Cancel);
        await torrent.WaitForCompletionAsync(Cancel);
        Assert.Equal(1, calls);
        Assert.True(pair.HasCopyOf("sub/b.txt"));
        Assert.False(pair.HasCopyOf("a.bin") || pair.HasCopyOf("c.bin"));
    }

    // BEP 53, as libtorrent counts: in a hybrid torrent the padding is listed, in a v2 torrent it is thought of.
    [Theory]
    [InlineData(TorrentVersion.V1, "1", "b.bin")]
    [InlineData(TorrentVersion.V1, "2-9", "c-empty,d.bin,e.bin")]
    [InlineData(TorrentVersion.V2, "0", "a.bin")]
    [InlineData(TorrentVersion.V2, "1,2", "b.bin")]
    [InlineData(TorrentVersion.V2, "3", "c-empty")]
    [InlineData(TorrentVersion.V2, "4-5", "d.bin")]
    [InlineData(TorrentVersion.V2, "6", "e.bin")]
    [InlineData(TorrentVersion.Hybrid, "1,2", "b.bin")]
    [InlineData(TorrentVersion.Hybrid, "3,6", "c-empty,e.bin")]
    public void A_link_counts_padding_as_files(TorrentVersion version, string select, string expected)
    {
        TestTorrent torrent = TestTorrents.Create(
            version, 16 * 1024, ("x/a.bin", 20_000), ("x/b.bin", 32_768), ("x/c-empty", 0), ("x/d.bin", 1),
            ("x/e.bin", 5));
        TorrentInfo info = torrent.Info;
        string text = $"magnet:?xt=urn:btih:{info.Hashes.Wire}&so={select}";
        Assert.True(MagnetLink.TryParse(text, out MagnetLink? link, out _));
        IReadOnlySet<int>? files =
            FileSelection.Resolve(info, new TorrentOptions { Directory = "x" }, link.SelectedFiles);
        Assert.Equal(
            expected.Split(',').Select(name => $"x/{name}"),
            files!.Order().Select(file => info.Files[file].DisplayPath));
    }

    [Fact(Timeout = 120_000)]
    public async Task Null_chooses_all_and_comes_before_what_the_link_selects()
    {
        await using Pair pair = await StartAsync();
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Magnet(pair.Magnet + "&so=0"), pair.Options with { SelectFiles = _ => null }, Cancel);
        await torrent.WaitForCompletionAsync(Cancel);
        Assert.True(pair.HasCopyOf("a.bin") && pair.HasCopyOf("sub/b.txt") && pair.HasCopyOf("c.bin"));
    }

    public static readonly TheoryData<string, Func<TorrentInfo, IEnumerable<int>?>, TorrentError, string> Faults = new()
    {
        { "", _ => [], TorrentError.InvalidInput, "None of the torrent's files is selected" },
        { "", _ => [0, 3], TorrentError.InvalidInput, "File number 3 is selected" },
        { "", _ => [-1], TorrentError.InvalidInput, "File number -1 is selected" },
        { "", _ => throw new InvalidOperationException("No such name."), TorrentError.InvalidInput,
            "The files of the torrent could not be selected: No such name." },
        { "", _ => throw new TorrentException(TorrentError.NotFound, "Nothing is called so."), TorrentError.NotFound,
            "Nothing is called so." },
        { "&so=7-9", null!, TorrentError.InvalidInput, "The magnet link selects none of the torrent's files" },
    };

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Faults))]
    public async Task A_choice_of_nothing_fails_the_torrent_with_one_sentence(
        string link, Func<TorrentInfo, IEnumerable<int>?>? choose, TorrentError error, string sentence)
    {
        await using Pair pair = await StartAsync();
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Magnet(pair.Magnet + link), pair.Options with { SelectFiles = choose }, Cancel);
        TorrentException failure =
            await Assert.ThrowsAsync<TorrentException>(() => torrent.WaitForCompletionAsync(Cancel));
        Assert.Equal(error, failure.Error);
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        TorrentSnapshot snapshot = torrent.Snapshot();
        Assert.Equal((TorrentState.Failed, failure.Message), (snapshot.State, snapshot.Error));
        Assert.False(pair.HasCopyOf("a.bin"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Files_are_not_chosen_in_two_ways()
    {
        await using Pair pair = await StartAsync();
        TorrentOptions options = pair.Options with { SelectedFiles = [0], SelectFiles = _ => [0] };
        TorrentException failure = await Assert.ThrowsAsync<TorrentException>(
            () => pair.Downloader.AddAsync(new TorrentSource.Magnet(pair.Magnet), options, Cancel));
        Assert.Contains("SelectFiles", failure.Message, StringComparison.Ordinal);
    }

    private static Task<Pair> StartAsync() =>
        Pair.StartAsync(("a.bin", 100_000), ("sub/b.txt", 40_000), ("c.bin", 70_000));

    private static IEnumerable<TorrentFile> Visible(TorrentInfo info) => info.Files.Where(file => !file.IsPadding);
}
