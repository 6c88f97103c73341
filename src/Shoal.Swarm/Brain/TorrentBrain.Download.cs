using System.Runtime.InteropServices;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm;

// Asking for blocks, and what comes back.
public sealed partial class TorrentBrain
{
    // Requests that go out in one turn to one peer at the most; a full window is reached in a few turns.
    private const int MaxPickBlocks = 256;

    // Blocks that nobody asked for before a peer is closed. Some arrive honestly: a cancel and its block can cross.
    private const int MaxUnrequestedBlocks = 256;

    // Cancels without an answer that are remembered of one peer: the end game asks for four blocks at a time.
    private const int MaxCancelled = 64;

    private bool _starved;

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
        int window = session.Window.Blocks;
        int room = Math.Min(window - session.Pending.Count, MaxPickBlocks);
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
    /// Whole pieces that a peer is given in a row: what it sends in a quarter of a second, up to 8 MiB.
    /// </summary>
    private int PreferredRun(PeerSession session) =>
        (int)(Math.Min(session.DownloadRate / 4, 8 << 20) / _geometry!.PieceLength) + 1;

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
            session.LastBlockAt = session.LastUsefulAt = now;
            session.IsSnubbed = false;
        }
        BlockArrival arrival = _picker!.OnBlock(session.Pieces!, block, out PeerPieces? alsoAsked);
        if (alsoAsked is not null) CancelAt(alsoAsked, block);
        if (arrival is BlockArrival.Accepted or BlockArrival.AcceptedPieceFull)
        {
            // A block that was given up as late had its credit returned; it is taken anew, whatever is left of it.
            if (!wasPending) _port.ForceCredit(1);
            _port.Store(session, block, offset);
            return DisconnectReason.None;
        }
        if (wasPending) _port.ReturnCredit(1);
        WastedBytes += block.Length;
        return arrival == BlockArrival.Unrequested && ++session.UnrequestedBlocks > MaxUnrequestedBlocks
            ? DisconnectReason.UnrequestedBlocks
            : DisconnectReason.None;
    }

    private void CancelAt(PeerPieces other, BlockSpan block)
    {
        PeerSession? session = _sessions.Find(s => s.Pieces == other);
        if (session is null || !session.Pending.TryRemove(block)) return;
        session.Window.OnReleased(1);
        OutstandingBlocks--;
        _port.ReturnCredit(1);
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
        if (session.Cancelled.Remove(block)) return DisconnectReason.None;
        if (!session.Pending.TryRemove(block))
        {
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
