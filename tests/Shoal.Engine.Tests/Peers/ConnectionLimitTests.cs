using System.Net;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

/// <summary>How many peers a torrent, and an engine, is connected to. The test's clock stands still.</summary>
public sealed class ConnectionLimitTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-connections-").FullName;
    private readonly TestTorrent[] _torrents =
    [
        TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("one.bin", 100_000)),
        TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("two.bin", 100_000)),
    ];

    private TorrentEngine _engine = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_torrent_takes_as_many_peers_as_it_may_and_others_when_they_have_gone()
    {
        Torrent[] added = await StartAsync(maxConnections: 500, maxPeers: 2);
        RawPeer first = await GreetAsync(0);
        using RawPeer second = await GreetAsync(0);
        await AssertRefusedAsync(0);
        // The other torrent has places of its own.
        using RawPeer other = await GreetAsync(1);
        first.Dispose();
        await UntilAsync(() => added[0].Peers().Count == 1);
        using RawPeer next = await GreetAsync(0);
        await next.AssertAnswersAsync();
        Assert.Equal(2, added[0].Peers().Count);
    }

    [Fact(Timeout = 120_000)]
    public async Task All_torrents_together_take_as_many_peers_as_the_engine_may()
    {
        Torrent[] added = await StartAsync(maxConnections: 3, maxPeers: 200);
        RawPeer first = await GreetAsync(0);
        using RawPeer second = await GreetAsync(0);
        using RawPeer third = await GreetAsync(1);
        await AssertRefusedAsync(0);
        await AssertRefusedAsync(1);
        Assert.Equal(3, _engine.Services.Connections.Taken);
        first.Dispose();
        await UntilAsync(() => added[0].Peers().Count == 1);
        using RawPeer next = await GreetAsync(1);
        await next.AssertAnswersAsync();
        Assert.Equal(3, _engine.Services.Connections.Taken);
    }

    private async Task<Torrent[]> StartAsync(int maxConnections, int maxPeers)
    {
        _engine = await TorrentEngine.StartAsync(
            new EngineOptions
            {
                BindAddress = IPAddress.Loopback, Time = new ManualTime(), MaxConnections = maxConnections,
            },
            Cancel);
        var added = new List<Torrent>();
        foreach (TestTorrent torrent in _torrents)
        {
            added.Add(await _engine.AddAsync(
                new TorrentSource.Parsed(torrent.Metainfo),
                new TorrentOptions { Directory = _root, MaxPeers = maxPeers },
                Cancel));
            await UntilAsync(() => added[^1].Snapshot().State == TorrentState.Downloading);
        }
        return [.. added];
    }

    private Task<RawPeer> GreetAsync(int torrent) =>
        RawPeer.GreetAsync(_engine.Port, _torrents[torrent].Info.Hashes.Wire);

    private async Task AssertRefusedAsync(int torrent)
    {
        using RawPeer peer = await RawPeer.ConnectAsync(_engine.Port);
        await peer.SendAsync(RawPeer.Greeting(_torrents[torrent].Info.Hashes.Wire));
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
