using System.Net;
using System.Net.Sockets;
using Shoal.Engine.Tests.Disk;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

/// <summary>What torrents of one engine leave each other of what they share. The clock is the test's.</summary>
public sealed class ManyTorrentsTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-many-").FullName;
    private readonly ManualTime _time = new();
    private readonly TestTorrent _one = TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("one.bin", 5_000_000));
    private readonly TestTorrent _two = TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("two.bin", 5_000_001));
    private TorrentEngine _engine = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task Idle_peers_of_one_torrent_give_way_to_untried_ones_of_another()
    {
        await StartAsync(new EngineOptions { MaxConnections = 4 });
        Torrent one = await AddAsync(_one);
        var idle = new List<RawPeer>();
        for (int i = 0; i < 4; i++)
        {
            idle.Add(await RawPeer.GreetAsync(_engine.Port, _one.Info.Hashes.Wire));
            await idle[i].SendAsync(RawPeer.Message(PeerMessageId.HaveNone));
        }
        await UntilAsync(() => one.Peers().Count == 4);
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        Torrent two = await AddAsync(_two);
        two.AddPeer((IPEndPoint)service.LocalEndpoint);
        // All four show life, so that only their uselessness speaks against them.
        ValueTask<Socket> called = service.AcceptSocketAsync(Cancel);
        for (int i = 0; i < 7 && !called.IsCompleted; i++)
        {
            foreach (RawPeer peer in idle) await peer.TrySendAsync(new byte[4]);
            foreach (RawPeer peer in idle) await peer.TrySendAsync(RawPeer.Numbers(PeerMessageId.Have, (uint)i));
            await UntilAsync(() => one.Peers().All(peer => peer.Pieces == i + 1));
            Advance(one, two, TimeSpan.FromSeconds(60));
        }
        using Socket dialled = await called;
        Assert.InRange(one.Peers().Count, 1, 3);
        foreach (RawPeer peer in idle) peer.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Under_one_limit_two_torrents_ask_for_as_much_at_a_time_as_one()
    {
        // Ten seconds of it are twenty blocks.
        await StartAsync(new EngineOptions { DownloadBytesPerSecond = 32 * 1024 });
        Torrent one = await AddAsync(_one);
        Torrent two = await AddAsync(_two);
        using WirePeer first = await WirePeer.ConnectAsync(_engine, _one);
        using WirePeer second = await WirePeer.ConnectAsync(_engine, _two);
        await first.SendAsync(RawPeer.Message(PeerMessageId.HaveAll));
        await second.SendAsync(RawPeer.Message(PeerMessageId.HaveAll));
        await UntilAsync(() => one.Peers() is [{ Pieces: > 1 }] && two.Peers() is [{ Pieces: > 1 }]);
        Advance(one, two, TimeSpan.FromSeconds(0.5));
        await first.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
        await second.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
        await UntilAsync(() => one.Peers().Any(p => p.UnchokedUs) && two.Peers().Any(p => p.UnchokedUs));
        await UntilAsync(() => first.Heard(PeerMessageId.Request) > 0 && second.Heard(PeerMessageId.Request) > 0);
        Assert.Equal(20 * 16 * 1024, _engine.Services.InFlight.Taken);
        // One that ends leaves all of it to the other.
        await two.StopAsync(Cancel);
        Advance(one, one, TimeSpan.FromSeconds(0.5));
        await UntilAsync(() => _engine.Services.InFlight.Taken == 20 * 16 * 1024);
    }

    private async Task StartAsync(EngineOptions options)
    {
        _engine = await TorrentEngine.StartAsync(
            options with { BindAddress = IPAddress.Loopback, Time = _time, Encryption = EncryptionPolicy.Off }, Cancel);
    }

    private async Task<Torrent> AddAsync(TestTorrent torrent)
    {
        Torrent added = await _engine.AddAsync(
            new TorrentSource.Parsed(torrent.Metainfo), new TorrentOptions { Directory = _root }, Cancel);
        await UntilAsync(() => added.Snapshot().State == TorrentState.Downloading);
        return added;
    }

    // Time goes on in steps of a tick, each dealt with before the next.
    private void Advance(Torrent one, Torrent two, TimeSpan by)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromSeconds(0.25))
        {
            _time.Advance(TimeSpan.FromSeconds(0.25));
            // Looking waits for what happens already.
            one.Snapshot();
            two.Snapshot();
        }
    }

    // The clock goes on by itself only while somebody waits for the limit.
    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            if (_engine.Services.DownloadLimiter.WaitingCount > 0) _time.Advance(TimeSpan.FromMilliseconds(25));
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
