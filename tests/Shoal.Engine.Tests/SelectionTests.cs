using Shoal.Protocol.Torrents;

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
        { "&so=7-9", null!, TorrentError.InvalidInput, "The magnet link selects none of the files 0 to 2" },
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
