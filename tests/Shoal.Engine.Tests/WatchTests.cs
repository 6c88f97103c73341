namespace Shoal.Engine.Tests;

public sealed class WatchTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_series_of_a_download_ends_when_it_is_complete()
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 300_000));
        Torrent torrent = await AddAsync(pair);
        List<TorrentSnapshot> seen = await ToEndAsync(torrent.WatchUntilCompleteAsync(Hour, Cancel));
        Assert.Equal(TorrentState.Seeding, seen[^1].State);
        Assert.Equal(1, seen[^1].Progress);
        Assert.InRange(seen.Count, 1, 2);
        Assert.Single(await ToEndAsync(torrent.WatchUntilCompleteAsync(Hour, Cancel)));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_series_of_a_download_throws_when_it_is_stopped_before()
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 300_000));
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Magnet(pair.Magnet), pair.Options with { Peers = [] }, Cancel);
        Task<List<TorrentSnapshot>> watching = ToEndAsync(torrent.WatchUntilCompleteAsync(Hour, Cancel));
        await torrent.StopAsync(Cancel);
        await Assert.ThrowsAsync<TorrentException>(() => watching);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_whole_series_tells_the_completion_at_once_and_ends_with_the_torrent()
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 300_000));
        Torrent torrent = await AddAsync(pair);
        await using IAsyncEnumerator<TorrentSnapshot> series =
            torrent.WatchAsync(Hour, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await series.MoveNextAsync());
        if (series.Current.State != TorrentState.Seeding) Assert.True(await series.MoveNextAsync());
        Assert.Equal(TorrentState.Seeding, series.Current.State);
        ValueTask<bool> next = series.MoveNextAsync();
        Assert.False(next.IsCompleted);
        await torrent.StopAsync(Cancel);
        Assert.True(await next);
        Assert.Equal(TorrentState.Stopped, series.Current.State);
        Assert.False(await series.MoveNextAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_cancelled_token_ends_the_series_and_not_the_torrent()
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 300_000));
        Torrent torrent = await AddAsync(pair);
        await torrent.WaitForCompletionAsync(Cancel);
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<TorrentSnapshot> series =
            torrent.WatchAsync(Hour, stop.Token).GetAsyncEnumerator(Cancel);
        Assert.True(await series.MoveNextAsync());
        ValueTask<bool> next = series.MoveNextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.Equal(TorrentState.Seeding, torrent.Snapshot().State);
    }

    private static Task<Torrent> AddAsync(Pair pair) =>
        pair.Downloader.AddAsync(new TorrentSource.Magnet(pair.Magnet), pair.Options, Cancel);

    private static async Task<List<TorrentSnapshot>> ToEndAsync(IAsyncEnumerable<TorrentSnapshot> series)
    {
        var seen = new List<TorrentSnapshot>();
        await foreach (TorrentSnapshot snapshot in series) seen.Add(snapshot);
        return seen;
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(-1_000)]
    public async Task An_interval_of_nothing_is_refused_before_the_series_begins(int milliseconds)
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 1000));
        Torrent torrent = Assert.Single(pair.Seeder.Torrents);
        TimeSpan interval = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => torrent.WatchAsync(interval, Cancel));
        Assert.Throws<ArgumentOutOfRangeException>(() => torrent.WatchUntilCompleteAsync(interval, Cancel));
    }
}
