using Shoal.Protocol;
using Shoal.Protocol.Buffers;

namespace Shoal.Lab.Simulation;

/// <summary>
/// Where a simulated peer keeps what it gets. Nothing comes back at once: verdicts and settled bytes are events of
/// their own, told to the <see cref="SimPeer"/>.
/// </summary>
internal interface ISimDisk
{
    /// <summary>
    /// Opens it, at the start and after each crash; tells the pieces that are there and right. Null with the reason
    /// when it cannot be used.
    /// </summary>
    Bitfield? Open(out string? error);

    /// <summary>Blocks of other pieces that were there when it was opened, unchecked.</summary>
    IReadOnlyList<BlockSpan> Unfinished { get; }

    /// <summary>Begins to take blocks, once the hashes are known as well as they are; null for a v1 torrent.</summary>
    void Begin(Protocol.Merkle.HashForest? forest);

    /// <summary>Time went on.</summary>
    void Tick(TimeSpan now);

    /// <summary>Bytes that were stored and are not settled.</summary>
    long UnsettledBytes { get; }

    /// <summary>True when every block of a piece was stored, judged or not.</summary>
    bool HoldsAllOf(PieceIndex piece);

    /// <summary>True when what is kept of a piece is what it should be.</summary>
    bool IsTrue(PieceIndex piece);

    /// <summary>Takes a block in.</summary>
    /// <param name="block">Which.</param>
    /// <param name="bytes">Its bytes; without a slab when nobody keeps them.</param>
    /// <param name="isSpoiled">True when its sender spoiled it and nobody keeps the bytes that would show it.</param>
    /// <returns>False when it was not wanted.</returns>
    bool Store(BlockSpan block, SlabSlice bytes, bool isSpoiled);

    /// <summary>The turn in which blocks were stored is over.</summary>
    void EndTurn();

    /// <summary>Forgets the blocks of a piece.</summary>
    void Forget(PieceIndex piece);

    /// <summary>Judges a piece again.</summary>
    void Recheck(PieceIndex piece);

    /// <summary>Hashes the blocks of a piece.</summary>
    void HashBlocks(PieceIndex piece);

    /// <summary>Reads a block; false when it cannot be read.</summary>
    bool Read(BlockSpan block, Span<byte> into);

    /// <summary>The piece is known to be right: its resume journal notes it.</summary>
    void Complete();

    /// <summary>The peer ends: politely, or by a crash that may lose what was not flushed.</summary>
    void Close(bool isCrash);
}
