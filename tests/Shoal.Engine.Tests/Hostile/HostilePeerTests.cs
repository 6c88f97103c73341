using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Hostile;

/// <summary>
/// Raw sockets against a seeding engine. Each test ends with an honest download from the same engine, and with all
/// buffers and credit given back.
/// </summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-hostile-").FullName;
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 500_000));

    private TorrentEngine _seeder = null!;
    private Torrent _seed = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private InfoHash Hash => _torrent.Info.Hashes.Wire;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(_root, "content.bin"), _torrent.PieceSpace, Cancel);
        _seeder = await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel);
        _seed = await _seeder.AddAsync(
            new TorrentSource.Parsed(_torrent.Metainfo),
            new TorrentOptions { Directory = _root, SeedOnly = true },
            Cancel);
        await _seed.WaitForCompletionAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await DownloadAsync();
        await _seeder.DisposeAsync();
        await AssertNothingHeldAsync(_seeder);
        Directory.Delete(_root, recursive: true);
    }

    // P01
    [Theory(Timeout = 120_000)]
    [InlineData("\u0012BitTorrent protocol")]
    [InlineData("\u00ffBitTorrent protocol")]
    [InlineData("\u0013BitTorrent protocoL")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001")]
    [InlineData("GET_CHUNK 0123456789 0\r\n")]
    public async Task What_is_no_handshake_is_closed_as_soon_as_that_is_clear(string greeting)
    {
        using RawPeer peer = await RawPeer.ConnectAsync(_seeder.Port);
        await peer.SendAsync(Encoding.Latin1.GetBytes(greeting));
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    // P02
    [Fact(Timeout = 120_000)]
    public async Task Who_asks_for_an_unknown_torrent_gets_no_answer()
    {
        using RawPeer peer = await RawPeer.ConnectAsync(_seeder.Port);
        await peer.SendAsync(RawPeer.Greeting(new InfoHash(new byte[20])));
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    // P04, and more connections than may wait for a handshake at a time.
    [Fact(Timeout = 120_000)]
    public async Task Five_thousand_silent_connections_keep_nobody_out()
    {
        // As many as may wait are held, the others are given up by both sides: a test has not so many sockets.
        var silent = new Queue<RawPeer>();
        for (int i = 0; i < 5000; i++)
        {
            silent.Enqueue(await RawPeer.ConnectAsync(_seeder.Port));
            if (silent.Count > 300) silent.Dequeue().Dispose();
            Assert.InRange(_seeder.Acceptor.PendingCount, 0, 256);
        }
        foreach (RawPeer peer in silent.TakeLast(10)) await peer.SendAsync(RawPeer.Greeting(Hash).AsMemory(0, 30));
        await DownloadAsync();
        using RawPeer greeted = await RawPeer.GreetAsync(_seeder.Port, Hash);
        await greeted.AssertAnswersAsync();
        foreach (RawPeer peer in silent) peer.Dispose();
    }

    // P05, P07, P08: what ends the connection, and why.
    [Theory(Timeout = 120_000)]
    [InlineData("MessageTooLong", new byte[] { 0xff, 0xff, 0xff, 0xff, 6 })]
    [InlineData("MessageTooLong", new byte[] { 0x80, 0, 0, 0, 6 })]
    [InlineData("MessageTooLong", new byte[] { 0, 0x10, 0, 1, 20 })]
    [InlineData("OutOfRange", new byte[] { 0, 0, 0, 5, 4, 0, 0, 0, 8 })]
    [InlineData("OutOfRange", new byte[] { 0, 0, 0, 1, 5 })]
    [InlineData("OutOfRange", new byte[] { 0, 0, 0, 3, 5, 0xf0, 0 })]
    [InlineData("MalformedMessage", new byte[] { 0, 0, 0, 2, 5, 0xf0, 0, 0, 0, 2, 5, 0xf0 })]
    [InlineData("MessageTooLong", new byte[] { 0, 0, 0, 2, 0, 0 })]
    [InlineData("MalformedMessage", new byte[] { 0, 0, 0, 2, 6, 0 })]
    public async Task A_message_that_cannot_be_ends_the_connection(string reason, byte[] message)
    {
        await using IAsyncEnumerator<TorrentEvent> events = _seed.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        using RawPeer peer = await RawPeer.GreetAsync(_seeder.Port, Hash);
        await peer.TrySendAsync(message);
        await peer.ReadToEndAsync();
        while (await next && events.Current is not PeerDisconnected) next = events.MoveNextAsync();
        Assert.Equal(reason, Assert.IsType<PeerDisconnected>(events.Current).Reason);
    }

    // P10, P17, P19, E01: refused or ignored, and the connection stays.
    [Fact(Timeout = 120_000)]
    public async Task Nonsense_that_harms_nobody_is_refused_or_ignored()
    {
        using RawPeer peer = await RawPeer.GreetAsync(_seeder.Port, Hash);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, 0, 0, 0));
        await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, 0, 0, 131_073));
        await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, 0, uint.MaxValue, 16_384));
        await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, 8, 0, 16_384));
        await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Cancel, 9, 9, 9));
        await peer.SendAsync(RawPeer.Message((PeerMessageId)99, 1, 2, 3));
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Extended, [0, .. "li1ee"u8]));
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Extended, [0, .. "d1:md"u8]));
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Extended, [0, .. Enumerable.Repeat((byte)'l', 10_000)]));
        await peer.AssertAnswersAsync();
    }

    // E07
    [Fact(Timeout = 120_000)]
    public async Task A_hundred_extension_handshakes_end_the_connection()
    {
        using RawPeer peer = await RawPeer.GreetAsync(_seeder.Port, Hash);
        byte[] handshake = RawPeer.Message(PeerMessageId.Extended, [0, .. "de"u8]);
        for (int i = 0; i < 100; i++) await peer.TrySendAsync(handshake);
        await peer.ReadToEndAsync();
    }

    // P11
    [Fact(Timeout = 120_000)]
    public async Task A_flood_of_requests_ends_the_connection()
    {
        using RawPeer peer = await RawPeer.GreetAsync(_seeder.Port, Hash, receiveBuffer: 4096);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        byte[] request = RawPeer.Numbers(PeerMessageId.Request, 0, 0, 16_384);
        byte[] many = [.. Enumerable.Repeat(request, 10_000).SelectMany(bytes => bytes)];
        await peer.TrySendAsync(many);
        await peer.ReadToEndAsync();
    }

    // P25: the queue is full and nothing is read.
    [Fact(Timeout = 120_000)]
    public async Task A_peer_that_does_not_read_holds_no_more_than_one_run_of_blocks()
    {
        using RawPeer peer = await RawPeer.GreetAsync(_seeder.Port, Hash, receiveBuffer: 4096);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        byte[] request = RawPeer.Numbers(PeerMessageId.Request, 0, 0, 16_384);
        byte[] many = [.. Enumerable.Repeat(request, 1500).SelectMany(bytes => bytes)];
        await peer.SendAsync(many);
        await DownloadAsync();
        Assert.InRange(_seeder.Services.Buffers.Outstanding, 0, 4);
    }

    private async Task DownloadAsync()
    {
        string target = Directory.CreateDirectory(Path.Combine(_root, Path.GetRandomFileName())).FullName;
        await using TorrentEngine engine =
            await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel);
        Torrent torrent = await engine.AddAsync(
            new TorrentSource.Parsed(_torrent.Metainfo),
            new TorrentOptions { Directory = target, Peers = [new DnsEndPoint("127.0.0.1", _seeder.Port)] },
            Cancel);
        await torrent.WaitForCompletionAsync(Cancel);
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(target, "content.bin"), Cancel);
        Assert.Equal(_torrent.PieceSpace, bytes);
        await engine.DisposeAsync();
        await AssertNothingHeldAsync(engine);
    }

    // Loops of closed links end on other threads, a moment after the engine.
    private static async Task AssertNothingHeldAsync(TorrentEngine engine)
    {
        EngineServices services = engine.Services;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (services.Buffers.Outstanding != 0 || services.InFlight.Taken != 0 || services.Connections.Taken != 0)
        {
            if (deadline.IsCancellationRequested) break;
            await Task.Yield();
        }
        Assert.Equal(0, services.Buffers.Outstanding);
        Assert.Equal(0, services.InFlight.Taken);
        Assert.Equal(0, services.Connections.Taken);
    }
}
