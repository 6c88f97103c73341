using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using System.Security.Cryptography;

namespace Shoal.Protocol.Merkle;

/// <summary>
/// The arithmetic of the trees of <see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>: leaves are
/// the SHA-256 of 16 KiB blocks, a parent is the SHA-256 of its two children, and the row of leaves is filled up with
/// zero hashes to a power of two.
/// </summary>
/// <remarks>
/// <code>
///  layer 2              root
///  layer 1        H(a,b)      H(c,0)          a file of 40 KiB: three blocks, the last one short;
///  layer 0       a      b    c      0         no block stands behind the 0, it is 32 zero bytes
/// </code>
/// Hashes of one layer lie end to end in a span, 32 bytes each, and those past the end of the file are left out.
/// </remarks>
public static class MerkleTree
{
    /// <summary>
    /// Layers that a tree can have: a file has fewer than 2^44 bytes, so fewer than 2^30 blocks; the rest is room for
    /// roots that are computed before they are judged.
    /// </summary>
    internal const int MaxLayers = 64;

    private static readonly byte[] ZeroSubtrees = BuildZeroSubtrees();

    /// <summary>The root of a subtree whose leaves all lie past the end of the file.</summary>
    /// <param name="layer">Layer of the root; 0 gives the zero hash itself.</param>
    public static Sha256Hash ZeroSubtree(int layer) => new(ZeroSubtreeBytes(layer));

    /// <summary>Leaves of the tree over a file, padding included: a power of two, 0 for an empty file.</summary>
    public static int LeafCount(long fileLength)
    {
        long blocks = (fileLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
        return (int)BitOperations.RoundUpToPowerOf2((ulong)blocks);
    }

    /// <summary>The layer on which the hashes of whole pieces lie.</summary>
    /// <param name="pieceLength">Bytes in a piece, a power of two of at least one block.</param>
    public static int PieceLayer(int pieceLength) =>
        BitOperations.Log2((uint)(pieceLength / PieceGeometry.BlockLength));

    /// <summary>The root above one layer.</summary>
    /// <param name="hashes">The hashes of the layer up to the end of the file, at least one.</param>
    /// <param name="layer">Number of the layer, 0 for leaves.</param>
    /// <param name="width">Hashes in the layer with padding: a power of two, not less than the hashes given.</param>
    public static Sha256Hash Root(ReadOnlySpan<byte> hashes, int layer, int width)
    {
        int count = hashes.Length / Sha256Hash.Length;
        Debug.Assert(count > 0 && count <= width && BitOperations.IsPow2(width), "A layer fits in its width.");
        if (width == 1) return new Sha256Hash(hashes);
        byte[] scratch = ArrayPool<byte>.Shared.Rent((count + 1) / 2 * Sha256Hash.Length);
        Parents(hashes, layer, scratch);
        count = (count + 1) / 2;
        for (width /= 2; width > 1; width /= 2)
        {
            layer++;
            Parents(scratch.AsSpan(0, count * Sha256Hash.Length), layer, scratch);
            count = (count + 1) / 2;
        }
        var root = new Sha256Hash(scratch.AsSpan(0, Sha256Hash.Length));
        ArrayPool<byte>.Shared.Return(scratch);
        return root;
    }

    /// <summary>Writes the parents of a layer's hashes; an odd last one is paired with padding.</summary>
    /// <param name="hashes">The hashes of the layer up to the end of the file.</param>
    /// <param name="layer">Number of the layer, 0 for leaves.</param>
    /// <param name="parents">Room for half as many, rounded up; it may be where <paramref name="hashes"/> is.</param>
    public static void Parents(ReadOnlySpan<byte> hashes, int layer, Span<byte> parents)
    {
        const int pairLength = 2 * Sha256Hash.Length;
        int pairs = hashes.Length / pairLength;
        for (int i = 0; i < pairs; i++)
        {
            ReadOnlySpan<byte> pair = hashes.Slice(i * pairLength, pairLength);
            SHA256.HashData(pair, parents.Slice(i * Sha256Hash.Length, Sha256Hash.Length));
        }
        if (hashes.Length == pairs * pairLength) return;
        Span<byte> last = stackalloc byte[pairLength];
        hashes[(pairs * pairLength)..].CopyTo(last);
        ZeroSubtreeBytes(layer).CopyTo(last[Sha256Hash.Length..]);
        SHA256.HashData(last, parents.Slice(pairs * Sha256Hash.Length, Sha256Hash.Length));
    }

    /// <summary>True when a hash is zero, which stands for "no block" and never for the hash of one.</summary>
    internal static bool HoldsZero(ReadOnlySpan<byte> hashes)
    {
        for (int at = 0; at < hashes.Length; at += Sha256Hash.Length)
            if (!hashes.Slice(at, Sha256Hash.Length).ContainsAnyExcept((byte)0)) return true;
        return false;
    }

    internal static ReadOnlySpan<byte> ZeroSubtreeBytes(int layer) =>
        ZeroSubtrees.AsSpan(layer * Sha256Hash.Length, Sha256Hash.Length);

    private static byte[] BuildZeroSubtrees()
    {
        byte[] layers = new byte[MaxLayers * Sha256Hash.Length];
        Span<byte> pair = stackalloc byte[2 * Sha256Hash.Length];
        for (int layer = 1; layer < MaxLayers; layer++)
        {
            ReadOnlySpan<byte> below = layers.AsSpan((layer - 1) * Sha256Hash.Length, Sha256Hash.Length);
            below.CopyTo(pair);
            below.CopyTo(pair[Sha256Hash.Length..]);
            SHA256.HashData(pair, layers.AsSpan(layer * Sha256Hash.Length, Sha256Hash.Length));
        }
        return layers;
    }
}
