using System.Numerics;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Fakes;

/// <summary>Piece roots of a test torrent, computed from its content in the plainest way.</summary>
internal static class Roots
{
    public static PieceRootLookup? Of(TestTorrent torrent)
    {
        if (!torrent.Info.Version.HasFlag(TorrentVersion.V2)) return null;
        var roots = new (Sha256Hash Root, int LeafCount)[torrent.Geometry.PieceCount];
        for (int i = 0; i < roots.Length; i++) roots[i] = Root(torrent, torrent.Geometry.Piece(i));
        return (PieceIndex piece, out Sha256Hash root, out int leafCount) =>
        {
            (root, leafCount) = roots[piece.Value];
            return true;
        };
    }

    private static (Sha256Hash Root, int LeafCount) Root(TestTorrent torrent, PieceIndex piece)
    {
        byte[] leaves = torrent.Leaves(piece);
        TorrentFile file = torrent.Info.Files.First(f => !f.IsPadding && f.End > torrent.Geometry.Offset(piece));
        int blocks = leaves.Length / Sha256Hash.Length;
        int leafCount = file.Length <= torrent.Geometry.PieceLength
            ? (int)BitOperations.RoundUpToPowerOf2((uint)blocks)
            : torrent.Geometry.PieceLength / PieceGeometry.BlockLength;
        return (MerkleTree.Root(leaves, 0, leafCount), leafCount);
    }
}
