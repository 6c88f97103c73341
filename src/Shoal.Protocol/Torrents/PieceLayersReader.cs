using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Bencoding;
using Shoal.Protocol.Merkle;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Reads <c>piece layers</c> (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>), which stand
/// outside the info dictionary: each layer is taken only when it folds to the root that the info dictionary names. A
/// missing layer is no error, it is fetched from peers as for a magnet link.
/// </summary>
internal static class PieceLayersReader
{
    public static bool TryRead(
        BencodeNode file,
        TorrentInfo info,
        out IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers,
        [NotNullWhen(false)] out string? error)
    {
        var proven = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        layers = proven;
        error = null;
        if (!info.Version.HasFlag(TorrentVersion.V2)) return true;
        if (!file.TryGet("piece layers"u8, out BencodeNode node)) return true;
        error = "The 'piece layers' of the torrent is not a dictionary.";
        if (node.Kind != BencodeKind.Dictionary) return false;
        var lengths = new Dictionary<Sha256Hash, long>();
        foreach (TorrentFile torrentFile in info.Files)
            if (torrentFile.PiecesRoot is { } root) lengths[root] = torrentFile.Length;
        foreach (BencodeEntry entry in node.Entries)
        {
            error = "The 'piece layers' has a key that is not a hash of 32 bytes.";
            if (entry.Key.Length != Sha256Hash.Length) return false;
            error = "The 'piece layers' has a value that is not a string.";
            if (entry.Value.Kind != BencodeKind.String) return false;
            var root = new Sha256Hash(entry.Key);
            error = "The 'piece layers' has a layer for a root that no file has.";
            if (!lengths.TryGetValue(root, out long length)) return false;
            // The root of a file of one piece is its only hash; some makers list it all the same.
            if (length <= info.Geometry.PieceLength || proven.ContainsKey(root)) continue;
            error = Fault(entry.Value.Bytes, root, length, info.Geometry.PieceLength);
            if (error is not null) return false;
            proven[root] = entry.Value.Bytes.ToArray();
        }
        error = null;
        return true;
    }

    private static string? Fault(ReadOnlySpan<byte> layer, Sha256Hash root, long fileLength, int pieceLength)
    {
        long pieces = (fileLength + pieceLength - 1) / pieceLength;
        if (layer.Length != pieces * Sha256Hash.Length)
            return $"The 'piece layers' has a layer of {layer.Length} bytes for a file of {pieces} pieces.";
        if (MerkleTree.HoldsZero(layer)) return "The 'piece layers' has a layer with a hash that is zero.";
        int layerNumber = MerkleTree.PieceLayer(pieceLength);
        int width = MerkleTree.LeafCount(fileLength) >> layerNumber;
        return MerkleTree.Root(layer, layerNumber, width) == root
            ? null
            : "The 'piece layers' has a layer that does not fold to its file's 'pieces root'.";
    }
}
