using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;

namespace Shoal.TestKit;

/// <summary>
/// Makes small valid torrents with content of a fixed pattern. It hashes in the plainest way, so that tests of the fast
/// ways have something to be compared with.
/// </summary>
public static class TestTorrents
{
    /// <summary>The name of a torrent of many files.</summary>
    public const string FolderName = "shoal";

    /// <summary>Makes a torrent.</summary>
    /// <param name="version">The generations that it carries.</param>
    /// <param name="pieceLength">Bytes in a piece.</param>
    /// <param name="files">
    /// Paths with forward slashes, and lengths. One file without a slash is a single-file torrent of that name, with
    /// the pattern from position 0; any other set is a folder, with each file at another position of the pattern.
    /// </param>
    public static TestTorrent Create(
        TorrentVersion version, int pieceLength, params ReadOnlySpan<(string Path, int Length)> files)
    {
        bool single = files.Length == 1 && !files[0].Path.Contains('/', StringComparison.Ordinal);
        var entries = new List<TorrentFile>();
        foreach ((string path, int length) in files)
            entries.Add(new TorrentFile { Path = [.. path.Split('/')], Length = length, Offset = 0 });
        return Create(version, pieceLength, single ? files[0].Path : FolderName, single, entries);
    }

    /// <summary>Makes a torrent of files with attributes, of a given name.</summary>
    public static TestTorrent Create(
        TorrentVersion version, int pieceLength, string name, bool single, IReadOnlyList<TorrentFile> files)
    {
        TorrentInfoBuilder builder = TorrentInfoBuilder.Create(name, version, pieceLength, single, files);
        byte[] space = Fill(builder);
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        if (version.HasFlag(TorrentVersion.V2)) builder = AddRoots(builder, space, layers);
        if (version.HasFlag(TorrentVersion.V1)) builder = builder with { V1Pieces = HashPieces(builder, space) };
        if (!TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error))
            throw new InvalidOperationException(error);
        byte[] torrent = MetainfoWriter.Write(new Metainfo { Info = info, PieceLayers = layers });
        return MetainfoReader.TryRead(torrent, out Metainfo? metainfo, out error)
            ? new TestTorrent(metainfo, torrent, space)
            : throw new InvalidOperationException(error);
    }

    /// <summary>The SHA-256 of each 16 KiB block of the content, end to end.</summary>
    public static byte[] Leaves(ReadOnlySpan<byte> content)
    {
        var leaves = new List<byte>();
        for (int at = 0; at < content.Length; at += PieceGeometry.BlockLength)
            leaves.AddRange(SHA256.HashData(content[at..Math.Min(content.Length, at + PieceGeometry.BlockLength)]));
        return [.. leaves];
    }

    private static byte[] Fill(TorrentInfoBuilder builder)
    {
        byte[] space = new byte[builder.TotalLength];
        int number = 0;
        foreach (TorrentFile file in builder.Files)
        {
            if (file.IsPadding) continue;
            long start = number++ * 1_000_003L;
            for (int i = 0; i < file.Length; i++) space[file.Offset + i] = ContentPattern.At(start + i);
        }
        return space;
    }

    private static TorrentInfoBuilder AddRoots(
        TorrentInfoBuilder builder, byte[] space, Dictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        int pieceLayer = MerkleTree.PieceLayer(builder.PieceLength);
        int blocksPerPiece = 1 << pieceLayer;
        var files = builder.Files.ToBuilder();
        for (int i = 0; i < files.Count; i++)
        {
            TorrentFile file = files[i];
            if (file.IsPadding || file.Length == 0) continue;
            byte[] leaves = Leaves(space.AsSpan((int)file.Offset, (int)file.Length));
            Sha256Hash root = MerkleTree.Root(leaves, 0, MerkleTree.LeafCount(file.Length));
            files[i] = file with { PiecesRoot = root };
            if (file.Length <= builder.PieceLength) continue;
            var layer = new List<byte>();
            foreach (byte[] piece in leaves.Chunk(blocksPerPiece * Sha256Hash.Length))
                layer.AddRange(MerkleTree.Root(piece, 0, blocksPerPiece).ToArray());
            layers[root] = layer.ToArray();
        }
        return builder with { Files = files.MoveToImmutable() };
    }

    private static byte[] HashPieces(TorrentInfoBuilder builder, byte[] space)
    {
        var hashes = new List<byte>();
        foreach (byte[] piece in space.Chunk(builder.PieceLength)) hashes.AddRange(SHA1.HashData(piece));
        return [.. hashes];
    }
}
