using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <content>The life of a block after it was picked, and the lists of partial pieces.</content>
internal sealed partial class PiecePicker
{
    // Bounds what the pool holds on to: 64 Ki blocks are 1.5 MiB.
    private const int MaxPooledBlocks = 64 * 1024;

    /// <summary>Notes that a block came in.</summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="block">What it claims to be; already checked to lie inside the piece.</param>
    /// <param name="alsoAsked">The other peer that was asked for it and wants a cancel now; or null.</param>
    public BlockArrival OnBlock(PeerPieces peer, BlockSpan block, out PeerPieces? alsoAsked)
    {
        alsoAsked = null;
        PieceIndex piece = block.Piece;
        if (!_geometry.IsBlock(block)) return BlockArrival.Unrequested;
        PieceState state = _states[piece.Value];
        if (state is PieceState.Have or PieceState.Checking) return BlockArrival.Duplicate;
        if (state != PieceState.Partial) return BlockArrival.Unrequested;
        PartialPiece partial = _partialByPiece[piece.Value];
        BlockArrival arrival = partial.Receive(peer, block.FirstBlock, out alsoAsked);
        if (arrival != BlockArrival.Accepted) return arrival;
        if (partial.OpenCount == 0) PlaceByOpenBlocks(partial);
        if (partial.ReceivedCount < partial.BlockCount) return BlockArrival.Accepted;
        _states[piece.Value] = PieceState.Checking;
        return BlockArrival.AcceptedPieceFull;
    }

    /// <summary>
    /// Takes back one request that the peer will not serve: rejected, cancelled or never sent. True also for one that
    /// had expired; false when the peer was not asked for it.
    /// </summary>
    public bool Release(PeerPieces peer, BlockSpan block) => Release(peer, block, keepWelcome: false);

    /// <summary>
    /// Takes back one request that takes too long. Others can be asked for the block, and this peer still has the
    /// request: should its block come first, it is accepted. The peer is not asked for it again.
    /// </summary>
    public bool Expire(PeerPieces peer, BlockSpan block)
    {
        peer.MayBeLate = true;
        return Release(peer, block, keepWelcome: true);
    }

    /// <summary>Takes back every request to a peer that it will not serve: it choked us, or it leaves.</summary>
    public void ReleaseAll(PeerPieces peer)
    {
        ReleaseAll(peer, keepWelcome: false);
        peer.MayBeLate = false;
    }

    /// <summary>Takes back every request to a peer as <see cref="Expire"/> does: the peer is snubbing us.</summary>
    public void ExpireAll(PeerPieces peer)
    {
        peer.MayBeLate |= peer.Outstanding > 0;
        ReleaseAll(peer, keepWelcome: true);
    }

    /// <summary>
    /// Who sent a block of a piece that is Partial or Checking; null when it is not received, or was on disk before.
    /// The peer may have left.
    /// </summary>
    public PeerPieces? Contributor(PieceIndex piece, int block)
    {
        if (!_partialByPiece.TryGetValue(piece.Value, out PartialPiece? partial)) return null;
        ref readonly BlockSlot slot = ref partial[block];
        return slot.Status == BlockStatus.Received ? slot.First : null;
    }

    /// <summary>Bytes of a piece that is Partial or Checking that were on disk before.</summary>
    public int RestoredBytes(PieceIndex piece) =>
        _partialByPiece.TryGetValue(piece.Value, out PartialPiece? partial) ? partial.RestoredBytes : 0;

    /// <summary>The one peer that sent all received blocks of a piece; null when there are none or several.</summary>
    public PeerPieces? SoleContributor(PieceIndex piece)
    {
        if (!_partialByPiece.TryGetValue(piece.Value, out PartialPiece? partial)) return null;
        PeerPieces? sole = null;
        for (int block = 0; block < partial.BlockCount; block++)
        {
            ref readonly BlockSlot slot = ref partial[block];
            if (slot.Status != BlockStatus.Received || slot.First == sole) continue;
            if (sole is not null) return null;
            sole = slot.First;
        }
        return sole;
    }

    /// <summary>Number of peers, 0 to 2, that are asked for a block now.</summary>
    public int RequesterCount(PieceIndex piece, int block)
    {
        if (!_partialByPiece.TryGetValue(piece.Value, out PartialPiece? partial)) return 0;
        return partial[block].Status switch
        {
            BlockStatus.Asked => 1,
            BlockStatus.AskedTwice => 2,
            _ => 0,
        };
    }

    private bool Release(PeerPieces peer, BlockSpan block, bool keepWelcome)
    {
        if (!_geometry.IsBlock(block) || !_partialByPiece.TryGetValue(block.Piece.Value, out PartialPiece? partial))
            return false;
        if (!partial.Release(peer, block.FirstBlock, keepWelcome)) return false;
        AfterRelease(partial);
        return true;
    }

    private void ReleaseAll(PeerPieces peer, bool keepWelcome)
    {
        if (peer.Current is { } current) Disown(current);
        peer.RunLeft = 0;
        for (int i = _partials.Count - 1; i >= 0 && (peer.Outstanding > 0 || peer.MayBeLate); i--)
        {
            PartialPiece partial = _partials[i];
            // When this drops the piece, the last of the list moves here, which was visited already.
            if (partial.ReleaseAll(peer, keepWelcome) > 0) AfterRelease(partial);
        }
    }

    /// <summary>
    /// Counts blocks of a piece as received that an earlier process wrote; not all that it has. False, and nothing is
    /// counted, when no more pieces may be begun, or the piece is here.
    /// </summary>
    public bool TryRestore(BlockSpan run)
    {
        int number = run.Piece.Value;
        if (!_partialByPiece.TryGetValue(number, out PartialPiece? partial))
        {
            if (_states[number] == PieceState.Have || _partials.Count >= MaxPartialPieces) return false;
            partial = Begin(number);
        }
        for (int i = 0; i < run.BlockCount; i++) partial.Restore(run.FirstBlock + i);
        PlaceByOpenBlocks(partial);
        return true;
    }

    private PartialPiece Begin(int number)
    {
        LeaveOrder(number);
        PieceIndex piece = _geometry.Piece(number);
        if (!_pool.TryPop(out PartialPiece? partial)) partial = new PartialPiece(_blocksPerPiece);
        partial.Begin(piece, _geometry.BlockCount(piece), _geometry.PayloadLength(piece));
        partial.ListIndex = _partials.Count;
        _partials.Add(partial);
        _partialByPiece.Add(number, partial);
        _states[number] = PieceState.Partial;
        return partial;
    }

    // Takes a partial piece out of every list; whoever is still asked for its blocks no longer is.
    private void Drop(PartialPiece partial)
    {
        SetOwner(partial, null);
        LeaveOrphans(partial);
        for (int block = 0; block < partial.BlockCount; block++)
        {
            ref readonly BlockSlot slot = ref partial[block];
            if (slot.Status is BlockStatus.Asked or BlockStatus.AskedTwice) slot.First!.Outstanding--;
            if (slot.Status == BlockStatus.AskedTwice) slot.Second!.Outstanding--;
        }
        PartialPiece last = _partials[^1];
        _partials[partial.ListIndex] = last;
        last.ListIndex = partial.ListIndex;
        _partials.RemoveAt(_partials.Count - 1);
        _partialByPiece.Remove(partial.Piece.Value);
        partial.End();
        if (_pool.Count * (long)_blocksPerPiece < MaxPooledBlocks) _pool.Push(partial);
    }

    private void AfterRelease(PartialPiece partial)
    {
        if (partial.OpenCount < partial.BlockCount || IsAnyLate(partial))
        {
            PlaceByOpenBlocks(partial);
            return;
        }
        Drop(partial);
        ComeToRest(partial.Piece.Value);
    }

    private static bool IsAnyLate(PartialPiece partial)
    {
        for (int block = 0; block < partial.BlockCount; block++)
            if (partial[block].First is not null) return true;
        return false;
    }

    private void Disown(PartialPiece partial)
    {
        SetOwner(partial, null);
        partial.Exclusive = false;
        PlaceByOpenBlocks(partial);
    }

    // Keeps the two places where open blocks are found right: a peer's current piece, and the orphans.
    private void PlaceByOpenBlocks(PartialPiece partial)
    {
        bool canBeAsked = partial.OpenCount > 0 && _priorities[partial.Piece.Value] != PiecePriority.Unwanted;
        if (!canBeAsked) SetOwner(partial, null);
        bool isOrphan = canBeAsked && partial.Owner is null;
        if (!isOrphan)
        {
            LeaveOrphans(partial);
            return;
        }
        if (partial.OrphanIndex >= 0) return;
        partial.Exclusive = false;
        partial.OrphanIndex = _orphans.Count;
        _orphans.Add(partial);
    }

    private void LeaveOrphans(PartialPiece partial)
    {
        int index = partial.OrphanIndex;
        if (index < 0) return;
        PartialPiece last = _orphans[^1];
        _orphans[index] = last;
        last.OrphanIndex = index;
        _orphans.RemoveAt(_orphans.Count - 1);
        partial.OrphanIndex = -1;
    }

    private void SetOwner(PartialPiece partial, PeerPieces? owner)
    {
        if (partial.Owner is { } before)
        {
            before.Current = null;
            _ownedCount--;
        }
        partial.Owner = owner;
        if (owner is null) return;
        owner.Current = partial;
        _ownedCount++;
    }
}
