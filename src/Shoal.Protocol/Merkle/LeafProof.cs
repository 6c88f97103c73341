using System.Buffers;
using System.Numerics;

namespace Shoal.Protocol.Merkle;

/// <summary>Writes the part of an answer about leaves that lies below the piece layer.</summary>
internal static class LeafProof
{
    /// <summary>
    /// Appends the wanted leaves and their uncles inside the piece. False when the leaves do not fold to the root of
    /// the piece; what has been written then means nothing.
    /// </summary>
    /// <param name="request">A request for leaves of this piece.</param>
    /// <param name="pieceLayer">Layer of the piece's root.</param>
    /// <param name="leaves">Hashes of all blocks of the piece, end to end.</param>
    /// <param name="pieceRoot">Where the leaves must fold to.</param>
    /// <param name="destination">Where the answer is written.</param>
    /// <param name="written">Bytes of the answer so far.</param>
    public static bool TryAppend(
        in HashRequest request,
        int pieceLayer,
        ReadOnlySpan<byte> leaves,
        Sha256Hash pieceRoot,
        Span<byte> destination,
        ref int written)
    {
        if (leaves.IsEmpty || leaves.Length > (long)Sha256Hash.Length << pieceLayer) return false;
        uint first = request.Index & ((1u << pieceLayer) - 1);
        for (uint i = 0; i < request.Length; i++) Append(leaves, 0, first + i, destination, ref written);
        int firstUncle = BitOperations.Log2(request.Length);
        byte[] row = ArrayPool<byte>.Shared.Rent(leaves.Length);
        leaves.CopyTo(row);
        int length = leaves.Length;
        for (int layer = 0; layer < pieceLayer; layer++)
        {
            if (layer >= firstUncle && layer < request.TopLayer)
                Append(row.AsSpan(0, length), layer, (first >> layer) ^ 1, destination, ref written);
            MerkleTree.Parents(row.AsSpan(0, length), layer, row);
            length = (length / Sha256Hash.Length + 1) / 2 * Sha256Hash.Length;
        }
        bool folds = new Sha256Hash(row.AsSpan(0, Sha256Hash.Length)) == pieceRoot;
        ArrayPool<byte>.Shared.Return(row);
        return folds;
    }

    private static void Append(ReadOnlySpan<byte> row, int layer, uint index, Span<byte> destination, ref int written)
    {
        ReadOnlySpan<byte> hash = index < row.Length / Sha256Hash.Length
            ? row.Slice((int)index * Sha256Hash.Length, Sha256Hash.Length)
            : MerkleTree.ZeroSubtreeBytes(layer);
        hash.CopyTo(destination[written..]);
        written += Sha256Hash.Length;
    }
}
