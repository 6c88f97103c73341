using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Hostile;

/// <summary>How long the engine waits for peers that do nothing; its clock is the test's.</summary>
public sealed class PatienceTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-patience-").FullName;
    private readonly ManualTime _time = new();
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 500_000));

    private TorrentEngine _engine = null!;
    private Torrent _seed = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private InfoHash Hash => _torrent.Info.Hashes.Wire;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    // P04
    [Theory(Timeout = 120_000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(67)]
    public async Task A_handshake_has_ten_seconds(int bytesSent)
    {
        await StartAsync();
        using RawPeer peer = await RawPeer.ConnectAsync(_engine.Port);
        await peer.SendAsync(RawPeer.Greeting(Hash).AsMemory(0, bytesSent));
        await PendingAsync(1);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(1, _engine.Acceptor.PendingCount);
        // The other one has its ten seconds from now on.
        using RawPeer later = await RawPeer.ConnectAsync(_engine.Port);
        await PendingAsync(2);
        _time.Advance(TimeSpan.FromSeconds(0.6));
        Assert.Equal(0, await peer.ReadToEndAsync());
        await PendingAsync(1);
        await later.SendAsync(RawPeer.Greeting(Hash));
        await later.AssertAnswersAsync();
        await PendingAsync(0);
    }

    // P02: no clock of ours plays a part in the answer, which is none.
    [Fact(Timeout = 120_000)]
    public async Task Who_asks_for_an_unknown_torrent_is_left_at_once()
    {
        await StartAsync();
        byte[] near = Hash.ToArray();
        near[^1] ^= 1;
        foreach (byte[] unknown in new[] { new byte[20], near })
        {
            using RawPeer peer = await RawPeer.ConnectAsync(_engine.Port);
            await peer.SendAsync(RawPeer.Greeting(new InfoHash(unknown)));
            Assert.Equal(0, await peer.ReadToEndAsync());
        }
        Assert.Equal(TimeSpan.Zero, _engine.Services.Now);
    }

    // P04: a byte a second.
    [Fact(Timeout = 120_000)]
    public async Task A_handshake_that_trickles_in_gets_no_longer()
    {
        await StartAsync();
        using RawPeer peer = await RawPeer.ConnectAsync(_engine.Port);
        await PendingAsync(1);
        byte[] greeting = RawPeer.Greeting(Hash);
        for (int i = 0; i < 12; i++)
        {
            await peer.TrySendAsync(greeting.AsMemory(i, 1));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    // P25
    [Fact(Timeout = 120_000)]
    public async Task A_peer_that_reads_nothing_is_left_however_alive_it_looks()
    {
        await StartAsync();
        await using IAsyncEnumerator<TorrentEvent> events = _seed.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        Task<string> reason = DisconnectReasonAsync(events);
        using RawPeer peer = await RawPeer.GreetAsync(_engine.Port, Hash, receiveBuffer: 4096);
        await AskForAsync(peer, blocks: 1500);
        for (int i = 0; i < 100 && !reason.IsCompleted; i++)
        {
            await ShowLifeAsync(peer, i, reason);
            _time.Advance(TimeSpan.FromSeconds(30));
        }
        Assert.Equal("SendTimeout", await reason);
        await peer.ReadToEndAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_rate_limit_makes_nobody_wait_for_too_long()
    {
        await StartAsync(uploadLimit: 200);
        await using IAsyncEnumerator<TorrentEvent> events = _seed.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        Task<string> reason = DisconnectReasonAsync(events);
        using RawPeer peer = await RawPeer.GreetAsync(_engine.Port, Hash);
        await AskForAsync(peer, blocks: 10);
        // Two blocks at 200 bytes a second take 164 seconds.
        for (int i = 0; i < 20; i++)
        {
            await ShowLifeAsync(peer, i, reason);
            // The clock waits for what the limit has granted to be sent, which other threads do.
            await UntilAsync(() => reason.IsCompleted || _engine.Services.UploadLimiter.WaitingCount > 0);
            _time.Advance(TimeSpan.FromSeconds(30));
        }
        Assert.False(reason.IsCompleted);
        Assert.Single(_seed.Peers());
        await _seed.StopAsync(Cancel);
        Assert.Equal("Stopping", await reason);
    }

    private async Task StartAsync(long uploadLimit = 0)
    {
        await File.WriteAllBytesAsync(Path.Combine(_root, "content.bin"), _torrent.PieceSpace, Cancel);
        _engine = await TorrentEngine.StartAsync(
            new EngineOptions
            {
                BindAddress = IPAddress.Loopback, Time = _time, UploadBytesPerSecond = uploadLimit,
            },
            Cancel);
        _seed = await _engine.AddAsync(
            new TorrentSource.Parsed(_torrent.Metainfo),
            new TorrentOptions { Directory = _root, SeedOnly = true },
            Cancel);
        await _seed.WaitForCompletionAsync(Cancel);
    }

    private static async Task AskForAsync(RawPeer peer, int blocks)
    {
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        byte[] request = RawPeer.Numbers(PeerMessageId.Request, 0, 0, 16_384);
        await peer.SendAsync(Enumerable.Repeat(request, blocks).SelectMany(bytes => bytes).ToArray());
    }

    private static async Task<string> DisconnectReasonAsync(IAsyncEnumerator<TorrentEvent> events)
    {
        while (await events.MoveNextAsync())
            if (events.Current is PeerDisconnected { Reason: var reason }) return reason;
        return "none";
    }

    // Says to have a piece, or to have it no more, and waits until that has been heard.
    private async Task ShowLifeAsync(RawPeer peer, int turn, Task gone)
    {
        bool has = turn % 2 == 0;
        await peer.TrySendAsync(has
            ? RawPeer.Numbers(PeerMessageId.Have, 1)
            : RawPeer.Message(PeerMessageId.Extended, 3, 0, 0, 0, 1));
        await UntilAsync(() => gone.IsCompleted || (_seed.Peers() is [var seen] && seen.Pieces == (has ? 1 : 0)));
    }

    private Task PendingAsync(int count) => UntilAsync(() => _engine.Acceptor.PendingCount == count);

    // What is awaited happens on other threads, in real time though not by the clock; the test's own limit ends it.
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
