using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <content>A recount of all that is kept count of, from the most basic facts. For tests and simulations.</content>
internal sealed partial class PiecePicker
{
    /// <summary>Tells in a phrase what does not agree; null when all does.</summary>
    public string? FindDiscrepancy()
    {
        int left = 0;
        long bytesLeft = 0;
        var needed = new Bitfield(_states.Length);
        for (int number = 0; number < _states.Length; number++)
        {
            if (FindDiscrepancy(number) is { } wrong) return $"piece {number} {wrong}";
            if (_priorities[number] == PiecePriority.Unwanted || _states[number] == PieceState.Have) continue;
            PieceIndex piece = _geometry.Piece(number);
            left++;
            bytesLeft += _geometry.PayloadLength(piece);
            if (_geometry.BlockCount(piece) > 0) needed.Set(number);
        }
        if (left != PiecesLeft || bytesLeft != BytesLeft) return $"{left} pieces are left, not {PiecesLeft}";
        int owned = 0, orphans = 0;
        foreach (PartialPiece partial in _partials)
        {
            if (partial.Owner is not null) owned++;
            if (partial.OrphanIndex >= 0) orphans++;
        }
        if (owned != _ownedCount) return $"{owned} pieces are owned, not {_ownedCount}";
        if (orphans != _orphans.Count) return $"{orphans} pieces are orphans, not {_orphans.Count}";
        if (_partials.Count != _partialByPiece.Count) return "the list and the table of begun pieces differ";
        foreach (PeerPieces peer in _peers)
            if (FindDiscrepancy(peer, needed) is { } wrong) return $"peer {peer.Slot} {wrong}";
        return null;
    }

    private string? FindDiscrepancy(int number)
    {
        PieceState state = _states[number];
        bool isWanted = _priorities[number] != PiecePriority.Unwanted;
        bool hasBlocks = _geometry.BlockCount(_geometry.Piece(number)) > 0;
        if ((state == PieceState.Have) != _have[number]) return $"is {state}";
        if ((state == PieceState.Missing && hasBlocks) != _fresh[number]) return $"is {state} in the wrong order";
        if (state == PieceState.Missing && !isWanted) return "is missing and not wanted";
        if (state == PieceState.Unwanted && isWanted) return "is wanted and unwanted";
        bool isBegun = state == PieceState.Partial || (state == PieceState.Checking && hasBlocks);
        if (isBegun != _partialByPiece.TryGetValue(number, out PartialPiece? partial)) return $"is {state}";
        if (partial is not null && FindDiscrepancy(partial, state, isWanted) is { } wrong) return wrong;
        if (state == PieceState.Have) return null;
        int having = 0;
        foreach (PeerPieces peer in _peers)
            if (peer.Set[number]) having++;
        return having == _availability[number] + SeedCount ? null : $"is with {having} peers";
    }

    private static string? FindDiscrepancy(PartialPiece partial, PieceState state, bool isWanted)
    {
        int open = 0, once = 0, received = 0;
        for (int block = 0; block < partial.BlockCount; block++)
        {
            ref readonly BlockSlot slot = ref partial[block];
            if (slot.Status == BlockStatus.Open) open++;
            if (slot.Status == BlockStatus.Asked) once++;
            if (slot.Status == BlockStatus.Received) received++;
            bool isAsked = slot.Status is BlockStatus.Asked or BlockStatus.AskedTwice;
            if (isAsked && slot.First is not { IsPresent: true }) return $"asks nobody for block {block}";
        }
        if (open != partial.OpenCount) return $"has {open} open blocks, not {partial.OpenCount}";
        if (once != partial.AskedOnceCount) return $"asks once for {once} blocks, not {partial.AskedOnceCount}";
        if (received != partial.ReceivedCount) return $"received {received} blocks, not {partial.ReceivedCount}";
        bool isWhole = received == partial.BlockCount;
        if (isWhole != (state == PieceState.Checking)) return $"is {state} with {received} blocks";
        bool isOrphan = open > 0 && isWanted && partial.Owner is null;
        return isOrphan == partial.OrphanIndex >= 0 ? null : "is an orphan, or not";
    }

    private string? FindDiscrepancy(PeerPieces peer, Bitfield needed)
    {
        int outstanding = 0;
        foreach (PartialPiece partial in _partials)
        {
            for (int block = 0; block < partial.BlockCount; block++)
            {
                ref readonly BlockSlot slot = ref partial[block];
                bool isAsked = slot.Status is BlockStatus.Asked or BlockStatus.AskedTwice;
                if (isAsked && slot.First == peer) outstanding++;
                if (slot.Status == BlockStatus.AskedTwice && slot.Second == peer) outstanding++;
            }
        }
        if (outstanding != peer.Outstanding) return $"is asked for {outstanding} blocks, not {peer.Outstanding}";
        int useful = needed.CountCommon(peer.Set);
        if (useful != peer.NeededCount) return $"has {useful} pieces for us, not {peer.NeededCount}";
        return peer.Current is { } current && current.Owner != peer ? "is on a piece of another's" : null;
    }
}
