using System.Net;
using Shoal.Discovery.Tests;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

/// <summary>How an engine learns its own address, and that peers are ranked by it (BEP 40).</summary>
public sealed class PriorityTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-priority-").FullName;
    private readonly ManualTime _time = new();
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 500_000));

    private TorrentEngine _engine = null!;
    private Torrent _added = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IReadOnlyList<IPAddress> Believed => _engine.Services.OwnAddresses.Believed;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task When_all_places_are_taken_the_peer_of_least_rank_makes_room_for_a_higher_one()
    {
        await StartAsync(IPAddress.Loopback, maxPeers: 2);
        var own = new IPEndPoint(IPAddress.Loopback, _engine.Port);
        IPAddress[] ranked = [.. Enumerable.Range(2, 4).Select(Address)
            .OrderBy(address => CanonicalPriority.Of(own, new IPEndPoint(address, 1)))];
        using RawPeer second = await GreetAsync(ranked[1]);
        using RawPeer third = await GreetAsync(ranked[2]);
        await UntilAsync(() => _added.Peers().Count == 2);
        _time.Advance(TimeSpan.FromSeconds(30));
        using RawPeer lowest = await RawPeer.ConnectAsync(_engine.Port, from: ranked[0]);
        await lowest.SendAsync(RawPeer.Greeting(_torrent.Info.Hashes.Wire));
        Assert.Equal(0, await lowest.ReadToEndAsync());
        using RawPeer highest = await GreetAsync(ranked[3]);
        await second.ReadToEndAsync();
        await third.AssertAnswersAsync();
        await highest.AssertAnswersAsync();
        Assert.Equal(2, _engine.Services.Connections.Taken);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_end_of_a_connection_tells_what_those_beside_us_see()
    {
        await StartAsync(bind: null);
        Assert.Empty(Believed);
        using RawPeer peer = await GreetAsync(Address(2));
        await UntilAsync(() => Believed.Contains(IPAddress.Loopback));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_three_peers_say_is_believed()
    {
        await StartAsync(IPAddress.Loopback);
        IPAddress said = Address(77);
        byte[] handshake = RawPeer.Message(
            PeerMessageId.Extended, [0, .. "d6:yourip4:"u8, .. said.GetAddressBytes(), .. "e"u8]);
        var peers = new List<RawPeer>();
        for (int i = 2; i <= 4; i++)
        {
            Assert.DoesNotContain(said, Believed);
            peers.Add(await GreetAsync(Address(i)));
            await peers[^1].SendAsync(handshake);
            await peers[^1].AssertAnswersAsync();
        }
        await UntilAsync(() => Believed.Contains(said));
        foreach (RawPeer peer in peers) peer.Dispose();
    }

    // BEP 24
    [Fact(Timeout = 60_000)]
    public async Task What_a_tracker_says_is_believed()
    {
        IPAddress said = Address(99);
        byte[] answer =
        [
            .. "d11:external ip4:"u8, .. said.GetAddressBytes(), .. "8:intervali1800e5:peers0:e"u8,
        ];
        await using ScriptedHttpServer tracker =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response(answer));
        await StartAsync(IPAddress.Loopback, tracker: $"http://127.0.0.1:{tracker.Port}/announce");
        await UntilAsync(() => Believed.Contains(said));
    }

    private async Task StartAsync(IPAddress? bind, int maxPeers = 200, string? tracker = null)
    {
        await File.WriteAllBytesAsync(Path.Combine(_root, "content.bin"), _torrent.PieceSpace, Cancel);
        _engine = await TorrentEngine.StartAsync(new EngineOptions { BindAddress = bind, Time = _time }, Cancel);
        _added = await _engine.AddAsync(
            new TorrentSource.Parsed(_torrent.Metainfo),
            new TorrentOptions
            {
                Directory = _root, SeedOnly = true, MaxPeers = maxPeers, Trackers = tracker is null ? [] : [tracker],
            },
            Cancel);
        await _added.WaitForCompletionAsync(Cancel);
    }

    private Task<RawPeer> GreetAsync(IPAddress from) =>
        RawPeer.GreetAsync(_engine.Port, _torrent.Info.Hashes.Wire, from: from);

    private static IPAddress Address(int number) => new([127, 0, 0, (byte)number]);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
