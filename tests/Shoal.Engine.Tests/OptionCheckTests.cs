using System.Net;
using Shoal.TestKit;

namespace Shoal.Engine.Tests;

public sealed class OptionCheckTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("tracker.example/announce")]
    [InlineData("ftp://tracker.example/announce")]
    [InlineData("udp://tracker.example/announce")]
    [InlineData("http://")]
    [InlineData("")]
    public async Task A_tracker_that_is_none_is_refused_by_name(string url)
    {
        TorrentException failure = await AddAsync(options => options with { Trackers = ["http://good/announce", url] });
        Assert.Equal(TorrentError.InvalidInput, failure.Error);
        Assert.StartsWith($"Trackers has '{url}', which is no URL of a tracker", failure.Message,
            StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("ftp://web.example/f")]
    [InlineData("web.example/f")]
    [InlineData("")]
    public async Task A_web_seed_that_is_none_is_refused_by_name(string url)
    {
        TorrentException failure = await AddAsync(options => options with { WebSeeds = ["http://good/f", url] });
        Assert.Equal($"WebSeeds has '{url}', which is no http or https URL.", failure.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_peer_without_a_port_is_refused_by_name()
    {
        TorrentException failure =
            await AddAsync(options => options with { Peers = [new DnsEndPoint("a.example", 0)] });
        Assert.StartsWith("Peers has 'a.example' with port 0", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<TorrentException> AddAsync(Func<TorrentOptions, TorrentOptions> change)
    {
        await using TorrentEngine engine =
            await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel);
        TestTorrent torrent = TestTorrents.Create(Protocol.Torrents.TorrentVersion.V1, 16 * 1024, ("a", 1000));
        var options = new TorrentOptions { Directory = "/nowhere" };
        TorrentException failure = await Assert.ThrowsAsync<TorrentException>(
            () => engine.AddAsync(new TorrentSource.Parsed(torrent.Metainfo), change(options), Cancel));
        Assert.Empty(engine.Torrents);
        return failure;
    }
}
