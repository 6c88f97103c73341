using System.Runtime.InteropServices;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Picking;
using Shoal.Swarm.Requests;

namespace Shoal.Swarm;

// Asking for blocks, and what comes back.
public sealed partial class TorrentBrain
{
    // Requests that go out in one turn to one peer at the most; a full window is reached in a few turns.
    private const int MaxPickBlocks = 256;

    // Blocks that no request of ours explains before a peer is closed; what it cancels or gives up late is counted by
    // PeerSession.ExcusedBlocks and is not among them. A few come from clients with odd ideas of a choke.
    private const int MaxUnrequestedBlocks = 256;

    // A request that nobody waits for any more excuses one block; of a full window all can come too late.
    private const int MaxExcusedBlocks = RequestWindow.MaxBlocks;

    // Useless bytes, excused ones too, that a peer may send before they are held against the useful ones: the full
    // window again. Who sends more than that and more waste than blocks costs more than it gives.
    private const long MaxWastedBytes = (long)RequestWindow.MaxBlocks * PieceGeometry.BlockLength;

    // Cancels without an answer that are remembered of one peer: the end game asks for four blocks at a time.
    private const int MaxCancelled = 64;

    // What is asked of all peers together under a download limit, as time at the limit: enough for peers that take
    // seconds to answer, little enough for blocks not to wait for minutes behind our own limit. A slow peer's queue
    // is as long (RequestWindow).
    private static readonly TimeSpan LimitedQueue = TimeSpan.FromSeconds(10);

    // Four times what a new peer is asked for, so that one row lasts until its rate is known.
    private const int LeastWebSeedRun = 4 * RequestWindow.InitialBlocks * PieceGeometry.BlockLength;

    private int _limitedBlocks;
    private bool _starved;

    /// <summary>Blocks to keep asked of all peers under a limit in bytes per second, 0 being none.</summary>
    private static int BlocksUnder(long limit) => limit == 0
        ? int.MaxValue
        : (int)Math.Clamp(
            Math.Ceiling(limit * LimitedQueue.TotalSeconds / PieceGeometry.BlockLength), 1, int.MaxValue);

    /// <summary>
    /// Sets the limit of what is downloaded, which <see cref="BrainOptions.DownloadBytesPerSecond"/> is at first: the
    /// part of a limit for several torrents changes with their number.
    /// </summary>
    /// <param name="bytesPerSecond">Bytes per second; 0 for none.</param>
    public void LimitDownload(long bytesPerSecond) => _limitedBlocks = BlocksUnder(bytesPerSecond);

    /// <summary>The port can give credit for requests again.</summary>
    public void CreditReturned(TimeSpan now)
    {
        _now = now;
        if (!_starved) return;
        _starved = false;
        FillAllRequests(now);
    }

    private void FillAllRequests(TimeSpan now)
    {
        if (_picker is null || _completed) return;
        for (int i = _sessions.Count - 1; i >= 0; i--) FillRequests(_sessions[i], now);
    }

    /// <summary>Asks a peer for as many blocks as its window has room for.</summary>
    private void FillRequests(PeerSession session, TimeSpan now)
    {
        if (session.Pieces is null || !session.WeAreInterested || _stopping) return;
        if (!session.UnchokedUs && session.AllowedFast.Count == 0) return;
        int window = Math.Min(session.Window.Blocks, _limitedBlocks);
        int room = Math.Min(window - session.Pending.Count, MaxPickBlocks);
        // Under a limit all peers share what it lets through, and each may be asked for one block at least.
        if (room > 0) room = Math.Min(room, Math.Max(_limitedBlocks - OutstandingBlocks, 1 - session.Pending.Count));
        // A few blocks at a time would make a message of its own out of every request.
        if (room <= 0 || (room < window / 8 && session.Pending.Count > 0)) return;
        int credit = _port.TakeCredit(room);
        if (credit == 0)
        {
            _starved = true;
            return;
        }
        Span<BlockSpan> blocks = stackalloc BlockSpan[MaxPickBlocks];
        int picked = _picker!.Pick(ContextFor(session), blocks[..credit]);
        while (_picker.TryTakeGivenUp(out PieceIndex piece, out long bytes))
        {
            WastedBytes += bytes;
            _port.ForgetPiece(piece);
        }
        if (credit > picked) _port.ReturnCredit(credit - picked);
        if (picked == 0) return;
        Ask(session, blocks[..picked], now);
    }

    private PickContext ContextFor(PeerSession session) => new(session.Pieces!)
    {
        PreferredRun = PreferredRun(session),
        OnlyAllowedFast = !session.UnchokedUs,
        AllowedFast = CollectionsMarshal.AsSpan(session.AllowedFast),
        Suggested = CollectionsMarshal.AsSpan(session.Suggested),
        Parole = _blame.IsOnParole(session.Name),
        Sequential = _options.Sequential,
    };

    /// <summary>
    /// Whole pieces that a peer is given in a row: what it sends in a quarter of a second, up to 8 MiB. A web seed, for
    /// which a row is one request, gets long ones from the beginning.
    /// </summary>
    private int PreferredRun(PeerSession session)
    {
        double bytes = Math.Min(session.DownloadRate / 4, 8 << 20);
        if (session.IsWebSeed) bytes = Math.Max(bytes, LeastWebSeedRun);
        return (int)(bytes / _geometry!.PieceLength) + 1;
    }

    private void Ask(PeerSession session, ReadOnlySpan<BlockSpan> blocks, TimeSpan now)
    {
        if (session.Pending.Count == 0) session.LastBlockAt = now;
        foreach (BlockSpan block in blocks)
        {
            PeerMessages.WriteRequest(session.Outbox, block);
            session.Pending.Add(block);
        }
        session.Window.OnRequested(now, blocks.Length);
        session.LastUsefulAt = now;
        OutstandingBlocks += blocks.Length;
        _port.HasOutput(session);
    }

    private DisconnectReason OnPiece(PeerSession session, PeerFrame frame, int offset, TimeSpan now)
    {
        if (!frame.TryReadPiece(out uint number, out uint begin, out ReadOnlySpan<byte> bytes))
            return DisconnectReason.MalformedMessage;
        if (_geometry is null || !_geometry.TrySpan(number, begin, (uint)bytes.Length, out BlockSpan block))
            return DisconnectReason.OutOfRange;
        session.DownloadedBytes += block.Length;
        DownloadedBytes += block.Length;
        session.Down.Add(now, block.Length);
        bool wasPending = session.Pending.TryRemove(block);
        if (session.Cancelled.Count > 0) session.Cancelled.Remove(block);
        if (wasPending)
        {
            OutstandingBlocks--;
            session.Window.OnBlock(now, block.Length);
            session.LastBlockAt = session.LastUsefulAt = session.LastMovedAt = now;
            session.IsSnubbed = false;
        }
        BlockArrival arrival = _picker!.OnBlock(session.Pieces!, block, out PeerPieces? alsoAsked);
        if (alsoAsked is not null) CancelAt(alsoAsked, block);
        bool isExcused = !wasPending && session.ExcusedBlocks > 0;
        if (isExcused) session.ExcusedBlocks--;
        if (arrival is BlockArrival.Accepted or BlockArrival.AcceptedPieceFull)
        {
            session.UsefulBytes += block.Length;
            // A block that was given up as late had its credit returned; it is taken anew, whatever is left of it.
            if (!wasPending) _port.ForceCredit(1);
            if (arrival == BlockArrival.AcceptedPieceFull) Observer?.PieceArrived(session, block.Piece);
            _port.Store(session, block, offset);
            return DisconnectReason.None;
        }
        WastedBytes += block.Length;
        if (!wasPending) return OnWaste(session, block.Length, isExcused);
        // It was asked for and sent, so that it is useless by now is no fault of the peer.
        _port.ReturnCredit(1);
        return DisconnectReason.None;
    }

    private static DisconnectReason OnWaste(PeerSession session, int bytes, bool isExcused)
    {
        session.WastedBytes += bytes;
        bool wastesMost = session.WastedBytes > MaxWastedBytes && session.WastedBytes > session.UsefulBytes;
        bool isTooMuch = !isExcused && ++session.UnrequestedBlocks > MaxUnrequestedBlocks;
        return wastesMost || isTooMuch ? DisconnectReason.UnrequestedBlocks : DisconnectReason.None;
    }

    /// <summary>Notes that blocks which a peer was asked for may still come although nobody waits for them.</summary>
    private static void Excuse(PeerSession session, int blocks) =>
        session.ExcusedBlocks = Math.Min(session.ExcusedBlocks + blocks, MaxExcusedBlocks);

    private void CancelAt(PeerPieces other, BlockSpan block)
    {
        PeerSession? session = _sessions.Find(s => s.Pieces == other);
        if (session is null || !session.Pending.TryRemove(block)) return;
        session.Window.OnReleased(1);
        OutstandingBlocks--;
        _port.ReturnCredit(1);
        Excuse(session, 1);
        PeerMessages.WriteCancel(session.Outbox, block);
        if (session.SupportsFast)
        {
            if (session.Cancelled.Count == MaxCancelled) session.Cancelled.RemoveAt(0);
            session.Cancelled.Add(block);
        }
        _port.HasOutput(session);
    }

    private DisconnectReason OnReject(PeerSession session, PeerFrame frame)
    {
        if (!session.SupportsFast || !frame.TryReadRequest(out uint number, out uint begin, out uint length))
            return DisconnectReason.MalformedMessage;
        if (_geometry is null || !_geometry.TrySpan(number, begin, length, out BlockSpan block))
            return DisconnectReason.OutOfRange;
        bool wasCancelled = session.Cancelled.Remove(block);
        if (wasCancelled || !session.Pending.TryRemove(block))
        {
            // This answer is the last word on a request that nobody waits for.
            session.ExcusedBlocks = Math.Max(0, session.ExcusedBlocks - 1);
            if (wasCancelled) return DisconnectReason.None;
            // What was given up as late is forgotten now; what was cancelled or never asked for is the peer's own
            // affair.
            _picker!.Release(session.Pieces!, block);
            return DisconnectReason.None;
        }
        session.Window.OnReleased(1);
        OutstandingBlocks--;
        _port.ReturnCredit(1);
        _picker!.Release(session.Pieces!, block);
        session.AllowedFast.Remove(block.Piece);
        // A peer that serves us but not this has it no more; asked again, it would reject again.
        if (session.UnchokedUs && _picker.PeerLost(session.Pieces!, block.Piece)) UpdateInterest(session, _now);
        return DisconnectReason.None;
    }

    /// <summary>Takes back everything that a peer was asked for and will not send.</summary>
    private void DropPending(PeerSession session)
    {
        if (session.Pending.Count > 0)
        {
            OutstandingBlocks -= session.Pending.Count;
            session.Window.OnReleased(session.Pending.Count);
            _port.ReturnCredit(session.Pending.Count);
            session.Pending.Clear();
        }
        if (session.Pieces is not null) _picker!.ReleaseAll(session.Pieces);
    }

    private void UpdateInterest(PeerSession session, TimeSpan now)
    {
        bool interesting = !_options.SeedOnly && session.Pieces is { IsInteresting: true };
        if (interesting == session.WeAreInterested) return;
        session.WeAreInterested = interesting;
        session.LastUsefulAt = now;
        if (interesting) PeerMessages.WriteInterested(session.Outbox);
        else PeerMessages.WriteNotInterested(session.Outbox);
        _port.HasOutput(session);
    }
}
