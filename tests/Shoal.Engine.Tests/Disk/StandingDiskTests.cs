using System.Net;
using Shoal.Engine.Peers;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Disk;

/// <summary>
/// A download whose disk takes nothing more, or gives nothing back to be hashed: memory stays within bounds, and
/// everything but blocks goes on. Disk and clock are the test's.
/// </summary>
public sealed class StandingDiskTests : IAsyncLifetime
{
    private const int PieceLength = 256 * 1024;
    private const int PieceCount = 16;
    private const int HaveCount = 4;
    private const int BlockLength = 16 * 1024;
    private const int InFlightBytes = 1 << 20;

    // What fills the backlog: an eighth of what may be under way.
    private const int BacklogBytes = InFlightBytes / 8;

    // What is asked of a peer that nothing is known of, half a MiB: more than the backlog and one receive besides.
    private const int FirstAsked = 32;
    private const string Folder = "/downloads";
    private const string FileName = "content.bin";

    private static readonly TimeSpan LongestLaneWait = TimeSpan.FromMilliseconds(50);
    private static readonly TestTorrent Content =
        TestTorrents.Create(TorrentVersion.V1, PieceLength, (FileName, PieceCount * PieceLength));

    private readonly MemoryFileSystem _disk = new();
    private readonly ManualTime _time = new();
    private readonly Gate _writes = new("write", FileName);
    private readonly Gate _reads = new("read", FileName);
    private TorrentEngine _engine = null!;
    private Torrent _torrent = null!;
    private WirePeer _seed = null!;
    private uint _pings;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _disk.CreateFolder(Folder);
        _disk[Path.Combine(Folder, FileName)] = Content.PieceSpace[..(HaveCount * PieceLength)];
        _disk.Fault = (operation, path) =>
        {
            _writes.Pass(operation, path);
            _reads.Pass(operation, path);
            return null;
        };
        _engine = await TorrentEngine.StartAsync(
            new EngineOptions
            {
                BindAddress = IPAddress.Loopback, Time = _time, FileSystem = _disk, InFlightBytes = InFlightBytes,
            },
            Cancel);
        _torrent = await _engine.AddAsync(
            new TorrentSource.Parsed(Content.Metainfo), new TorrentOptions { Directory = Folder }, Cancel);
        await UntilAsync(() => _torrent.Snapshot().State == TorrentState.Downloading);
        _seed = await WirePeer.ConnectAsync(_engine, Content);
        await _seed.SendAsync(RawPeer.Message(PeerMessageId.HaveAll));
        await _seed.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
    }

    public async ValueTask DisposeAsync()
    {
        _writes.Open();
        _reads.Open();
        _seed.Dispose();
        await _engine.DisposeAsync();
        // What was received is given back, whatever became of the disk meanwhile.
        Assert.Equal(0, _engine.Services.InFlight.Taken);
        // The loops of a connection end a moment after it.
        await UntilAsync(() => _engine.Services.Buffers.Outstanding == 0);
        Assert.Equal(0, _disk.OpenHandles);
        _writes.Dispose();
        _reads.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_disk_that_takes_nothing_stops_requests_and_bounds_memory()
    {
        _writes.Close();
        await SendUntilNothingIsAskedAsync();
        Assert.True(_writes.Waiting > 0);
        AssertMemoryIsBounded();
        int asked = _seed.Heard(PeerMessageId.Request);
        // Nothing more is asked once a quarter of what may be under way waits for the disk; what was asked then comes.
        Assert.InRange(_engine.Services.InFlight.WaitingForDisk, InFlightBytes / 4, InFlightBytes);
        Assert.Equal(_engine.Services.InFlight.WaitingForDisk / BlockLength, asked);
        // Neither time nor what peers say makes it ask for more than the disk takes.
        _time.Advance(TimeSpan.FromSeconds(20));
        await _seed.SendAsync(RawPeer.Message(PeerMessageId.Choke));
        await _seed.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
        await SettleAsync();
        Assert.Equal(asked, _seed.Heard(PeerMessageId.Request));
        AssertMemoryIsBounded();

        _writes.Open();
        await FinishAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Of_what_a_fast_peer_sends_to_a_disk_that_takes_nothing_a_part_stays_below()
    {
        _writes.Close();
        await UntilAsync(() => _seed.AskedCount >= FirstAsked);
        await _seed.AnswerAsync();
        InFlightBudget inFlight = _engine.Services.InFlight;
        // The clock stands still meanwhile, so that nothing is let through. The receive loop waits as soon as it has
        // received enough; that all of it is with the disk takes the actor's turn besides.
        while (!IsHeldBack() && inFlight.WaitingForDisk < FirstAsked * BlockLength)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        Assert.Equal(1, inFlight.Backlog.WaitingCount);
        Assert.InRange(inFlight.WaitingForDisk, 1, BacklogBytes + PeerLink.MaxReceiveBytes);
        // As time goes by it comes all the same.
        await SendUntilNothingIsAskedAsync();
        Assert.InRange(inFlight.WaitingForDisk, FirstAsked * BlockLength, InFlightBytes);
        _writes.Open();
        await FinishAsync();

        bool IsHeldBack() =>
            inFlight.Backlog.WaitingCount == 1 && inFlight.Backlog.Bytes == inFlight.WaitingForDisk;
    }

    [Fact(Timeout = 120_000)]
    public async Task A_hash_that_does_not_come_on_holds_up_its_pieces_and_nothing_else()
    {
        // What came before the first block of its piece is read again for its hash, and that read stands still.
        _reads.Close();
        const int missing = PieceCount - HaveCount;
        while (_seed.Heard(PeerMessageId.Request) < missing * (PieceLength / BlockLength))
        {
            Cancel.ThrowIfCancellationRequested();
            await _seed.AnswerAsync(withoutFirst: true);
            await SettleAsync();
        }
        await _seed.AnswerAsync(withoutFirst: true);
        Assert.Equal(missing, _seed.AskedCount);
        await UntilAsync(() => _engine.Services.InFlight.Taken == _seed.AskedCount * BlockLength);
        await _seed.AnswerAsync();
        await UntilAsync(() => _reads.Waiting > 0);
        AssertMemoryIsBounded();
        await ControlGoesOnAsync();
        AssertMemoryIsBounded();
        _reads.Open();
        await FinishAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Control_messages_flow_while_the_disk_stands_still()
    {
        _writes.Close();
        await SendUntilNothingIsAskedAsync();
        await ControlGoesOnAsync();
        _writes.Open();
        await FinishAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_there_is_served_while_the_disk_takes_nothing()
    {
        _writes.Close();
        await SendUntilNothingIsAskedAsync();
        using WirePeer other = await WirePeer.ConnectAsync(_engine, Content);
        await other.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        await AdvanceUntilUnchokedAsync(other);
        for (uint piece = 0; piece < HaveCount; piece++)
            await other.SendAsync(RawPeer.Numbers(PeerMessageId.Request, piece, 32_768, 16_384));
        await UntilAsync(() => other.Heard(PeerMessageId.Piece) == HaveCount);
        for (uint piece = 0; piece < HaveCount; piece++)
        {
            ReadOnlySpan<byte> expected = Content.PieceSpace.AsSpan((int)piece * PieceLength + 32_768, 16_384);
            Assert.True(expected.SequenceEqual(other.Block(piece, 32_768)));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_torrent_stops_politely_as_soon_as_its_disk_moves_again()
    {
        _writes.Close();
        await SendUntilNothingIsAskedAsync();
        Task stopping = _torrent.StopAsync(Cancel);
        await UntilAsync(() => _seed.IsClosed);
        Assert.False(stopping.IsCompleted);
        _writes.Open();
        await stopping;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_defect_while_pieces_are_made_safe_ends_the_torrent_at_once()
    {
        await UntilAsync(() => _seed.AskedCount > 0);
        await _seed.AnswerAsync();
        while (_torrent.Snapshot().CompletedPieces == HaveCount)
        {
            Cancel.ThrowIfCancellationRequested();
            await _seed.AnswerAsync();
            await Task.Yield();
        }
        int flushes = 0;
        _disk.Fault = (operation, path) =>
        {
            bool isJournals = operation == "flush" && !path.EndsWith(FileName, StringComparison.Ordinal);
            return isJournals && Interlocked.Increment(ref flushes) == 1
                ? throw new InvalidOperationException("the disk has a defect")
                : null;
        };
        // Due five seconds after the last time.
        _time.Advance(TimeSpan.FromSeconds(6));
        TorrentException failure =
            await Assert.ThrowsAsync<TorrentException>(() => _torrent.WaitForCompletionAsync(Cancel));
        Assert.Equal("An internal error stopped the torrent: the disk has a defect", failure.Message);
    }

    // Chokes and haves are taken in, new peers welcomed, keep-alives sent and silence judged by the clock as ever.
    private async Task ControlGoesOnAsync()
    {
        using WirePeer other = await WirePeer.ConnectAsync(_engine, Content);
        await other.SendAsync(RawPeer.Numbers(PeerMessageId.Have, 1));
        await other.SendAsync(RawPeer.Numbers(PeerMessageId.Have, 9));
        await _seed.SendAsync(RawPeer.Message(PeerMessageId.Choke));
        await UntilAsync(() => _torrent.Peers().Any(p => p.Pieces == 2) && _torrent.Peers().All(p => !p.UnchokedUs));
        await other.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        await AdvanceUntilUnchokedAsync(other);
        int before = other.KeepAlives;
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            await SettleAsync(_seed);
            await SettleAsync(other);
        }
        await UntilAsync(() => other.KeepAlives > before);
        Assert.False(other.IsClosed);
        Assert.False(_seed.IsClosed);
        await _seed.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
        await UntilAsync(() => _torrent.Peers().Any(p => p.UnchokedUs));
    }

    /// <summary>Answers every request until the engine has no room for more.</summary>
    private async Task SendUntilNothingIsAskedAsync()
    {
        await UntilAsync(() => _seed.AskedCount > 0);
        while (_seed.AskedCount > 0)
        {
            await SettleAsync();
            await _seed.AnswerAsync();
            await SettleAsync();
        }
        await UntilAsync(() => _writes.Waiting > 0);
    }

    /// <summary>Answers all requests, and sees the download to its right end.</summary>
    private async Task FinishAsync()
    {
        Task complete = _torrent.WaitForCompletionAsync(Cancel);
        while (!complete.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            await _seed.AnswerAsync();
            // A whole piece may wait this long for others to be hashed beside; nothing else is set to be so soon.
            if (_time.UntilNextTimer <= LongestLaneWait) _time.Advance(LongestLaneWait);
            await Task.Yield();
        }
        await complete;
        Assert.True(Content.PieceSpace.AsSpan().SequenceEqual(_disk[Path.Combine(Folder, FileName)]));
    }

    private void AssertMemoryIsBounded()
    {
        LinkBuffers buffers = _engine.Services.Buffers;
        Assert.InRange(_engine.Services.InFlight.Taken, 1, InFlightBytes);
        long rented = (long)buffers.SmallReceive.Outstanding * buffers.SmallReceive.SlabLength
            + (long)buffers.MediumReceive.Outstanding * buffers.MediumReceive.SlabLength
            + (long)buffers.LargeReceive.Outstanding * buffers.LargeReceive.SlabLength;
        // A small slab holds one whole block, so blocks take twice their size at the most; a connection has one
        // large slab under way besides.
        Assert.InRange(rented, _engine.Services.InFlight.Taken, 2 * InFlightBytes + buffers.LargeReceive.SlabLength);
    }

    // All that the seed sent is dealt with, and what followed from it has been sent.
    private Task SettleAsync() => SettleAsync(_seed);

    private async Task SettleAsync(WirePeer peer)
    {
        uint number = ++_pings;
        await peer.PingAsync(number);
        await UntilAsync(() => peer.Echoed(number));
    }

    private async Task AdvanceUntilUnchokedAsync(WirePeer peer)
    {
        while (peer.Heard(PeerMessageId.Unchoke) == 0)
        {
            Cancel.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(250));
            // The clock does not run away from what it lets happen.
            await SettleAsync(_seed);
            await SettleAsync(peer);
        }
    }

    // What is awaited happens on other threads, in real time though not by the clock; the test's own limit ends it.
    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            // Somebody waits for a disk that stands still; nothing else is set to be so soon but what waits for lanes.
            if (_time.UntilNextTimer <= Backlog.Patience) _time.Advance(Backlog.Patience);
            await Task.Yield();
        }
    }
}
