using Shoal.Protocol;
using Shoal.Swarm;
using Shoal.Swarm.Picking;
using Shoal.Swarm.Requests;

namespace Shoal.Lab.Simulation.Checks;

/// <summary>Looks at a peer after each of its turns: does its book-keeping balance, are the bounds kept?</summary>
internal sealed class PeerChecker(Action<string> fail)
{
    // The whole picker is recounted once in so many turns: each recount costs as much as many turns.
    private const int TurnsPerAudit = 16;

    // Small messages that may wait for one peer. The engine closes on answers of 64 KiB that pile up; haves and
    // requests of a large window come on top of it.
    private const int MaxOutboxBytes = 256 * 1024;

    private int _turns;

    /// <summary>A turn of a peer is over.</summary>
    public void Check(SimPeer peer)
    {
        if (!peer.IsOnline) return;
        TorrentBrain brain = peer.Brain;
        int pending = 0;
        foreach (PeerSession session in brain.Sessions)
        {
            pending += session.Pending.Count;
            if (session.Pending.Count > RequestWindow.MaxBlocks)
                Fail(peer, $"asks {session.Remote} for {session.Pending.Count} blocks");
            if (session.Uploads.Count > RequestQueue.DefaultCapacity)
                Fail(peer, $"queues {session.Uploads.Count} requests of {session.Remote}");
            if (session.Outbox.Length > MaxOutboxBytes)
                Fail(peer, $"has {session.Outbox.Length} bytes of small messages for {session.Remote}");
        }
        if (pending != brain.OutstandingBlocks)
            Fail(peer, $"counts {brain.OutstandingBlocks} blocks as asked for and asks for {pending}");
        long expected = (long)pending * PieceGeometry.BlockLength + peer.Disk.UnsettledBytes;
        if (peer.Budget.Taken != expected)
            Fail(peer, $"holds credit for {peer.Budget.Taken} bytes, and {expected} are asked for or being stored");
        if (++_turns % TurnsPerAudit != 0 || brain.Picker is not { } picker) return;
        if (picker.FindDiscrepancy() is { } discrepancy) Fail(peer, $"has lost count: {discrepancy}");
        CheckPieces(peer, picker);
    }

    /// <summary>A peer has ended its program politely: nothing may be left of it.</summary>
    public void CheckGone(SimPeer peer)
    {
        if (peer.Budget.Taken != 0) Fail(peer, $"ended with credit for {peer.Budget.Taken} bytes out");
        if (peer.Buffers.Outstanding != 0) Fail(peer, $"ended with {peer.Buffers.Outstanding} buffers rented");
    }

    private void CheckPieces(SimPeer peer, PiecePicker picker)
    {
        for (int i = 0; i < peer.Geometry.PieceCount; i++)
        {
            PieceIndex piece = peer.Geometry.Piece(i);
            if (picker.State(piece) == PieceState.Checking && !peer.Disk.HoldsAllOf(piece))
                Fail(peer, $"waits for a verdict on piece {piece}, of which the disk has not got every block");
            if (peer.Brain.Have[piece] != (picker.State(piece) == PieceState.Have))
                Fail(peer, $"has piece {piece} in two states");
        }
    }

    private void Fail(SimPeer peer, string what) => fail($"{peer.Number} {what}");
}
