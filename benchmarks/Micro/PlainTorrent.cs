using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;

namespace Shoal.Micro;

/// <summary>Torrents of any size whose hashes are made up, for what never looks at content.</summary>
internal static class PlainTorrent
{
    public static PieceGeometry Geometry(int pieces, int pieceLength) =>
        new(pieceLength, (long)pieces * pieceLength);

    /// <summary>A .torrent over equal files.</summary>
    public static byte[] Create(TorrentVersion version, int files, int piecesPerFile, int pieceLength)
    {
        var random = new Random(1);
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        List<TorrentFile> list = [];
        for (int i = 0; i < files; i++)
            list.Add(new TorrentFile { Path = [$"folder {i / 100}", $"file {i}.bin"], Length = 0, Offset = 0 });
        long length = (long)piecesPerFile * pieceLength;
        var builder = TorrentInfoBuilder.Create(
            "content", version, pieceLength, isSingleFile: false, list.Select(f => f with { Length = length }));
        if (version.HasFlag(TorrentVersion.V2))
        {
            builder = builder with
            {
                Files = [.. builder.Files.Select(f => f with { PiecesRoot = Root(random, f, pieceLength, layers) })],
            };
        }

        if (version.HasFlag(TorrentVersion.V1))
        {
            byte[] pieces = new byte[builder.Geometry.PieceCount * 20];
            random.NextBytes(pieces);
            builder = builder with { V1Pieces = pieces };
        }

        return TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error)
            ? MetainfoWriter.Write(new Metainfo { Info = info, PieceLayers = layers })
            : throw new InvalidOperationException(error);
    }

    private static Sha256Hash Root(
        Random random, TorrentFile file, int pieceLength, Dictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        byte[] layer = new byte[file.Length / pieceLength * Sha256Hash.Length];
        random.NextBytes(layer);
        int pieceLayer = MerkleTree.PieceLayer(pieceLength);
        Sha256Hash root = MerkleTree.Root(layer, pieceLayer, MerkleTree.LeafCount(file.Length) >> pieceLayer);
        if (file.Length > pieceLength) layers[root] = layer;
        return root;
    }
}
