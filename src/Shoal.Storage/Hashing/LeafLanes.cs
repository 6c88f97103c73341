using System.Security.Cryptography;
using Shoal.Protocol;

namespace Shoal.Storage.Hashing;

/// <summary>
/// Collects blocks until there are as many as SHA-256 takes side by side. They may be of different pieces: each comes
/// with the place that its hash belongs in. Used by one thread at a time.
/// </summary>
internal sealed class LeafLanes
{
    /// <summary>
    /// Blocks that lanes are worth taking for: lanes are twice as fast as one block after the other, so half of sixteen
    /// are the least to gain by.
    /// </summary>
    private const int MinBlocks = LaneMath.WideLanes / 2;

    private readonly ReadOnlyMemory<byte>[] _blocks = new ReadOnlyMemory<byte>[LaneMath.WideLanes];
    private readonly Memory<byte>[] _places = new Memory<byte>[LaneMath.WideLanes];

    /// <summary>Blocks that wait for others; they must not change until it is less.</summary>
    public int Waiting { get; private set; }

    /// <summary>Takes a block, and hashes it now or later.</summary>
    /// <param name="block">A whole block, or the shorter one at the end of a file.</param>
    /// <param name="place">Where its hash of 32 bytes goes.</param>
    public void Add(ReadOnlyMemory<byte> block, Memory<byte> place)
    {
        if (!LaneMath.IsSupported || block.Length != PieceGeometry.BlockLength)
        {
            SHA256.HashData(block.Span, place.Span);
            return;
        }
        _blocks[Waiting] = block;
        _places[Waiting++] = place;
        if (Waiting == LaneMath.WideLanes) Finish();
    }

    /// <summary>Hashes what waits, however little it is.</summary>
    public void Finish()
    {
        if (Waiting >= MinBlocks) HashTogether();
        else
            for (int i = 0; i < Waiting; i++) SHA256.HashData(_blocks[i].Span, _places[i].Span);
        Clear();
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        _blocks.AsSpan(0, Waiting).Clear();
        _places.AsSpan(0, Waiting).Clear();
        Waiting = 0;
    }

    private void HashTogether()
    {
        Span<byte> hashes = stackalloc byte[LaneMath.WideLanes * Sha256Hash.Length];
        _blocks.AsSpan(Waiting).Fill(_blocks[0]);
        Sha256Lanes.Hash(
            new LaneInput(_blocks.AsSpan(0, LaneMath.Lanes), PieceGeometry.BlockLength),
            new LaneInput(_blocks.AsSpan(LaneMath.Lanes), PieceGeometry.BlockLength), hashes);
        _blocks.AsSpan(Waiting).Clear();
        for (int i = 0; i < Waiting; i++)
            hashes.Slice(i * Sha256Hash.Length, Sha256Hash.Length).CopyTo(_places[i].Span);
    }
}
