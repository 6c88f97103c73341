using System.Net;
using Shoal.Engine.Tests.Disk;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

/// <summary>
/// How peers are served that take blocks slowly. Disk and clock are the test's, the sockets are real; what a peer keeps
/// under way it shows by asking for it at once.
/// </summary>
public sealed class SlowPeerTests : IAsyncLifetime
{
    private const uint BlockLength = 16 * 1024;
    private const int PieceLength = 512 * 1024;
    private const string Folder = "/content";
    private const string FileName = "content.bin";

    private static readonly TestTorrent Content =
        TestTorrents.Create(TorrentVersion.V1, PieceLength, (FileName, 4 * PieceLength));

    private readonly MemoryFileSystem _disk = new();
    private readonly ManualTime _time = new();
    private int _reads;
    private TorrentEngine _engine = null!;
    private Torrent _torrent = null!;
    private WirePeer _peer = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _disk.CreateFolder(Folder);
        _disk[Path.Combine(Folder, FileName)] = Content.PieceSpace;
        _disk.Fault = (operation, _) =>
        {
            if (operation == "read") Interlocked.Increment(ref _reads);
            return null;
        };
        _engine = await TorrentEngine.StartAsync(
            new EngineOptions { BindAddress = IPAddress.Loopback, Time = _time, FileSystem = _disk }, Cancel);
        _torrent = await _engine.AddAsync(
            new TorrentSource.Parsed(Content.Metainfo),
            new TorrentOptions { Directory = Folder, SeedOnly = true },
            Cancel);
        await _torrent.WaitForCompletionAsync(Cancel);
        _peer = await WirePeer.ConnectAsync(_engine, Content);
        await _peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        await UntilAsync(() => _peer.Heard(PeerMessageId.Unchoke) == 1);
    }

    public async ValueTask DisposeAsync()
    {
        _peer.Dispose();
        await _engine.DisposeAsync();
        // The loops of a connection end a moment after it.
        await UntilAsync(() => _engine.Services.Buffers.Outstanding == 0);
    }

    [Fact(Timeout = 120_000)]
    public async Task Requests_of_a_slow_peer_that_asks_far_ahead_are_served_together()
    {
        await ShowAsync(32, TimeSpan.FromSeconds(2));
        await AskAsync(piece: 1, 0);
        await UntilAsync(() => Blocks == 33);
        await UntilAsync(() => _engine.Services.Pulse.WaitingCount == 1);
        Volatile.Write(ref _reads, 0);
        for (uint block = 1; block <= 5; block++) await AskAsync(piece: 1, block);
        await AdvanceUntilAsync(() => Blocks == 38);
        // One read, and what is read together is sent together.
        Assert.Equal(1, Volatile.Read(ref _reads));
        for (uint block = 0; block <= 5; block++)
        {
            int offset = PieceLength + (int)(block * BlockLength);
            byte[] expected = Content.PieceSpace[offset..(offset + (int)BlockLength)];
            Assert.Equal(expected, _peer.Block(1, block * BlockLength));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_cancelled_before_it_is_looked_at_is_not_sent()
    {
        await ShowAsync(32, TimeSpan.FromSeconds(2));
        await AskAsync(piece: 1, 0);
        await UntilAsync(() => _engine.Services.Pulse.WaitingCount == 1);
        await AskAsync(piece: 1, 1, 2);
        await _peer.SendAsync(RawPeer.Numbers(PeerMessageId.Cancel, 1, BlockLength, BlockLength));
        await AdvanceUntilAsync(() => Blocks == 34);
        Assert.NotNull(_peer.Block(1, 2 * BlockLength));
        Assert.Null(_peer.Block(1, BlockLength));
        await UntilAsync(() => _peer.HasHeard(PeerMessageId.RejectRequest, 1, BlockLength, BlockLength));
    }

    // Time stands still while each of them is answered.
    [Fact(Timeout = 120_000)]
    public async Task Requests_of_a_peer_with_few_under_way_are_served_as_they_come()
    {
        await ShowAsync(4, TimeSpan.FromSeconds(0.5));
        for (uint block = 0; block < 10; block++)
        {
            await AskAsync(piece: 1, block);
            await UntilAsync(() => Blocks == 5 + (int)block);
        }
        Assert.Equal(0, _engine.Services.Pulse.WaitingCount);
    }

    // As at the end of a download.
    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_comes_alone_waits_for_one_pause_at_most(bool comesInPause)
    {
        await ShowAsync(32, TimeSpan.FromSeconds(2));
        await AskAsync(piece: 1, 0);
        await UntilAsync(() => Blocks == 33);
        if (comesInPause) await AskAsync(piece: 1, 1);
        for (int i = 0; i < 5; i++)
        {
            await UntilAsync(() => _engine.Services.Pulse.WaitingCount == 1);
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
        // After a pause in which nothing came the next is waited for as ever, without a clock.
        if (!comesInPause) await AskAsync(piece: 1, 1);
        await UntilAsync(() => Blocks == 34);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_connection_that_ends_in_a_pause_gives_its_memory_back_at_once()
    {
        await ShowAsync(32, TimeSpan.FromSeconds(2));
        // Part of a message behind a whole one stays in memory.
        byte[] request = RawPeer.Numbers(PeerMessageId.Request, 1, 0, BlockLength);
        await _peer.SendAsync((byte[])[.. request, .. request[..6]]);
        await UntilAsync(() => Blocks == 33 && _engine.Services.Pulse.WaitingCount == 1);
        Assert.InRange(_engine.Services.Buffers.Outstanding, 1, int.MaxValue);
        await _torrent.StopAsync(Cancel);
        await UntilAsync(() => _engine.Services.Buffers.Outstanding == 0);
    }

    private int Blocks => _peer.Heard(PeerMessageId.Piece);

    /// <summary>Asks for blocks at once, gets them, and lets time go by until its rate is known.</summary>
    private async Task ShowAsync(int count, TimeSpan time)
    {
        await AskAsync(piece: 0, [.. Enumerable.Range(0, count).Select(i => (uint)i)]);
        await UntilAsync(() => Blocks == count);
        double rate = count * BlockLength / time.TotalSeconds;
        _time.Advance(time);
        await UntilAsync(() => _torrent.Peers().Any(p => p.UploadRate > 0 && p.UploadRate < 1.2 * rate));
    }

    private async Task AskAsync(uint piece, params uint[] blocks) => await _peer.SendAsync(blocks
        .SelectMany(b => RawPeer.Numbers(PeerMessageId.Request, piece, b * BlockLength, BlockLength)).ToArray());

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        // As far as somebody waits for it: a clock that ran ahead would make the peer a silent one.
        while (!condition())
        {
            if (_engine.Services.Pulse.WaitingCount > 0) _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
            Cancel.ThrowIfCancellationRequested();
        }
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
