using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <summary>
/// The blocks of one piece that is on its way: who is asked for each, and who sent it. Owned and pooled by the
/// picker.
/// </summary>
internal sealed class PartialPiece
{
    private readonly BlockSlot[] _blocks;

    // No block before this one is open.
    private int _firstOpen;

    /// <summary>Makes an object that can serve any piece of the torrent.</summary>
    /// <param name="maxBlocks">Blocks in a full piece.</param>
    internal PartialPiece(int maxBlocks) => _blocks = new BlockSlot[maxBlocks];

    /// <summary>The piece that the object serves now.</summary>
    public PieceIndex Piece { get; private set; }

    /// <summary>Number of blocks in the piece.</summary>
    public int BlockCount { get; private set; }

    /// <summary>Bytes in all blocks together.</summary>
    public int PayloadBytes { get; private set; }

    /// <summary>Blocks that are neither received nor asked of anybody now.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Blocks that are asked of exactly one peer.</summary>
    public int AskedOnceCount { get; private set; }

    /// <summary>Blocks that are received.</summary>
    public int ReceivedCount { get; private set; }

    /// <summary>The peer that takes this piece block after block; null while nobody does.</summary>
    public PeerPieces? Owner { get; set; }

    /// <summary>True while only <see cref="Owner"/> may take blocks, because it is on parole.</summary>
    public bool Exclusive { get; set; }

    /// <summary>Position in the picker's list of all partial pieces.</summary>
    public int ListIndex { get; set; }

    /// <summary>Position in the picker's list of orphans (open blocks, no owner, wanted); -1 when not in it.</summary>
    public int OrphanIndex { get; set; }

    /// <summary>Read access to one block, for blame and for checks.</summary>
    public ref readonly BlockSlot this[int block] => ref _blocks.AsSpan(0, BlockCount)[block];

    /// <summary>Bytes of the received blocks.</summary>
    public long ReceivedBytes
    {
        get
        {
            if (ReceivedCount == 0) return 0;
            long full = (long)ReceivedCount * PieceGeometry.BlockLength;
            bool lastIsIn = _blocks[BlockCount - 1].Status == BlockStatus.Received;
            return lastIsIn ? full - ((long)BlockCount * PieceGeometry.BlockLength - PayloadBytes) : full;
        }
    }

    /// <summary>Bytes of the received blocks that were on disk before.</summary>
    public int RestoredBytes
    {
        get
        {
            int bytes = 0;
            for (int block = 0; block < BlockCount; block++)
                if (_blocks[block] is { Status: BlockStatus.Received, First: null }) bytes += Span(block).Length;
            return bytes;
        }
    }

    /// <summary>Takes the object into use for a piece, all blocks open.</summary>
    public void Begin(PieceIndex piece, int blockCount, int payloadBytes)
    {
        Piece = piece;
        BlockCount = blockCount;
        PayloadBytes = payloadBytes;
        OpenCount = blockCount;
        AskedOnceCount = 0;
        ReceivedCount = 0;
        Owner = null;
        Exclusive = false;
        ListIndex = -1;
        OrphanIndex = -1;
        _firstOpen = 0;
    }

    /// <summary>Forgets all peers, before the object goes back to its pool.</summary>
    public void End() => Array.Clear(_blocks, 0, BlockCount);

    /// <summary>The span of one block.</summary>
    public BlockSpan Span(int block)
    {
        int begin = block * PieceGeometry.BlockLength;
        return new BlockSpan(Piece, begin, Math.Min(PieceGeometry.BlockLength, PayloadBytes - begin));
    }

    /// <summary>
    /// True when some block can be asked of this peer: it is open, and not open merely because this very peer is late
    /// with it. A late peer still has our request and need not get it twice.
    /// </summary>
    public bool HasOpenFor(PeerPieces peer)
    {
        if (OpenCount == 0) return false;
        for (int block = _firstOpen; block < BlockCount; block++)
            if (_blocks[block].Status == BlockStatus.Open && _blocks[block].First != peer) return true;
        return false;
    }

    /// <summary>Asks a peer for open blocks in ascending order; returns how many went into the span.</summary>
    public int AskOpen(PeerPieces peer, Span<BlockSpan> into)
    {
        int count = 0;
        int firstSkipped = int.MaxValue;
        int block = _firstOpen;
        for (; block < BlockCount && count < into.Length && OpenCount > 0; block++)
        {
            ref BlockSlot slot = ref _blocks[block];
            if (slot.Status != BlockStatus.Open) continue;
            if (slot.First == peer)
            {
                firstSkipped = Math.Min(firstSkipped, block);
                continue;
            }
            // A late peer stays known in second place, so that its block is still welcome.
            slot.Second = slot.First;
            slot.First = peer;
            slot.Status = BlockStatus.Asked;
            OpenCount--;
            AskedOnceCount++;
            into[count++] = Span(block);
        }
        _firstOpen = Math.Min(block, firstSkipped);
        peer.Outstanding += count;
        return count;
    }

    /// <summary>Asks a second peer for blocks that one other is asked for, searching from one of them on.</summary>
    public int AskAgain(PeerPieces peer, int start, Span<BlockSpan> into)
    {
        int count = 0;
        for (int i = 0; i < BlockCount && count < into.Length && AskedOnceCount > 0; i++)
        {
            int block = (start + i) % BlockCount;
            ref BlockSlot slot = ref _blocks[block];
            if (slot.Status != BlockStatus.Asked || slot.First == peer || slot.Second == peer) continue;
            slot.Second = peer;
            slot.Status = BlockStatus.AskedTwice;
            AskedOnceCount--;
            into[count++] = Span(block);
        }
        peer.Outstanding += count;
        return count;
    }

    /// <summary>Counts a block as received from a peer.</summary>
    /// <param name="from">Who sent it.</param>
    /// <param name="block">Its number in the piece.</param>
    /// <param name="alsoAsked">The other peer that is still asked for it, to be sent a cancel; or null.</param>
    /// <returns>Accepted, Duplicate or Unrequested.</returns>
    public BlockArrival Receive(PeerPieces from, int block, out PeerPieces? alsoAsked)
    {
        alsoAsked = null;
        ref BlockSlot slot = ref _blocks[block];
        if (slot.Status == BlockStatus.Received) return BlockArrival.Duplicate;
        if (slot.First != from && slot.Second != from) return BlockArrival.Unrequested;
        bool isSecond = slot.First != from;
        switch (slot.Status)
        {
            case BlockStatus.Open:
                OpenCount--;
                break;
            case BlockStatus.Asked:
                AskedOnceCount--;
                slot.First!.Outstanding--;
                if (isSecond) alsoAsked = slot.First;
                break;
            default:
                slot.First!.Outstanding--;
                slot.Second!.Outstanding--;
                alsoAsked = isSecond ? slot.First : slot.Second;
                break;
        }
        slot = new BlockSlot { Status = BlockStatus.Received, First = from };
        ReceivedCount++;
        return BlockArrival.Accepted;
    }

    /// <summary>Counts an open block as received: it was on disk before, and nobody knows who sent it.</summary>
    public void Restore(int block)
    {
        ref BlockSlot slot = ref _blocks[block];
        if (slot.Status != BlockStatus.Open) return;
        slot = new BlockSlot { Status = BlockStatus.Received };
        OpenCount--;
        ReceivedCount++;
    }

    /// <summary>Takes back what a peer is asked for one block.</summary>
    /// <param name="peer">Who was asked.</param>
    /// <param name="block">Its number in the piece.</param>
    /// <param name="keepWelcome">True to accept the block should the peer send it after all.</param>
    /// <returns>False when nothing changed, as the peer was not asked for it.</returns>
    public bool Release(PeerPieces peer, int block, bool keepWelcome)
    {
        ref BlockSlot slot = ref _blocks[block];
        PeerPieces? late = keepWelcome ? peer : null;
        if (slot.Status == BlockStatus.Asked && slot.First == peer)
        {
            slot.First = late ?? slot.Second;
            slot.Second = null;
            slot.Status = BlockStatus.Open;
            AskedOnceCount--;
            OpenCount++;
            _firstOpen = Math.Min(_firstOpen, block);
        }
        else if (slot.Status == BlockStatus.AskedTwice && (slot.First == peer || slot.Second == peer))
        {
            slot.First = slot.First == peer ? slot.Second : slot.First;
            slot.Second = late;
            slot.Status = BlockStatus.Asked;
            AskedOnceCount++;
        }
        else
        {
            // Not waited for, but perhaps late: a late peer that says no after all is no longer welcome either.
            return !keepWelcome && ForgetLate(ref slot, peer);
        }
        peer.Outstanding--;
        return true;
    }

    /// <summary>Takes back every block that a peer is asked for; returns how many changed.</summary>
    public int ReleaseAll(PeerPieces peer, bool keepWelcome)
    {
        int count = 0;
        for (int block = 0; block < BlockCount; block++)
            if (Release(peer, block, keepWelcome)) count++;
        return count;
    }

    /// <summary>Opens a received block again, because its bytes turned out bad.</summary>
    public void Reopen(int block)
    {
        ref BlockSlot slot = ref _blocks[block];
        if (slot.Status != BlockStatus.Received) return;
        slot = default;
        ReceivedCount--;
        OpenCount++;
        _firstOpen = Math.Min(_firstOpen, block);
    }

    /// <summary>True when every block that is received or asked for is this peer's.</summary>
    public bool IsOnlyFrom(PeerPieces peer)
    {
        for (int block = 0; block < BlockCount; block++)
        {
            ref readonly BlockSlot slot = ref _blocks[block];
            if (slot.Status != BlockStatus.Open && (slot.First != peer || slot.Status == BlockStatus.AskedTwice))
                return false;
        }
        return true;
    }

    private static bool ForgetLate(ref BlockSlot slot, PeerPieces peer)
    {
        if (slot.Status == BlockStatus.Open && slot.First == peer) slot.First = null;
        else if (slot.Status == BlockStatus.Asked && slot.Second == peer) slot.Second = null;
        else return false;
        return true;
    }
}
