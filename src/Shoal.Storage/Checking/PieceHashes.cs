using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;

namespace Shoal.Storage.Checking;

/// <summary>Finds the root that the blocks of a piece fold to; false while no peer has told it.</summary>
/// <param name="piece">The piece asked about.</param>
/// <param name="root">What its leaves fold to.</param>
/// <param name="leafCount">Leaves below it with padding, a power of two.</param>
public delegate bool PieceRootLookup(PieceIndex piece, out Sha256Hash root, out int leafCount);

/// <summary>
/// What the pieces of one torrent must hash to. Where a torrent has both kinds of hashes, both must match, since SHA-1
/// alone can be made to collide.
/// </summary>
/// <param name="info">The torrent.</param>
/// <param name="roots">
/// Roots of pieces, asked from several threads at once; may be null for a torrent without v2 hashes. A piece of a
/// hybrid whose root is not known is judged by its SHA-1 alone.
/// </param>
public sealed class PieceHashes(TorrentInfo info, PieceRootLookup? roots)
{
    /// <summary>Pieces and blocks.</summary>
    public PieceGeometry Geometry => info.Geometry;

    /// <summary>True when pieces have a SHA-1.</summary>
    public bool HasV1 { get; } = info.Version.HasFlag(TorrentVersion.V1);

    /// <summary>True when pieces have a root over SHA-256 leaves.</summary>
    public bool HasV2 { get; } = info.Version.HasFlag(TorrentVersion.V2) && roots is not null;

    /// <summary>Judges a piece of which all bytes were hashed.</summary>
    /// <param name="piece">The piece to judge.</param>
    /// <param name="sha1">Its SHA-1, padding included; not looked at in a torrent without.</param>
    /// <param name="leaves">SHA-256 of its blocks, end to end; empty in a torrent without.</param>
    internal PieceOutcome Judge(PieceIndex piece, ReadOnlySpan<byte> sha1, ReadOnlySpan<byte> leaves)
    {
        if (HasV1 && !sha1.SequenceEqual(info.V1PieceHash(piece))) return PieceOutcome.BadHash;
        if (!HasV2 || leaves.IsEmpty) return HasV1 ? PieceOutcome.Good : PieceOutcome.RootUnknown;
        if (!roots!(piece, out Sha256Hash root, out int leafCount))
            return HasV1 ? PieceOutcome.Good : PieceOutcome.RootUnknown;
        if (leafCount < leaves.Length / Sha256Hash.Length) return PieceOutcome.BadHash;
        return MerkleTree.Root(leaves, layer: 0, leafCount) == root ? PieceOutcome.Good : PieceOutcome.BadHash;
    }
}
