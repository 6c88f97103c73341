using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;

namespace Shoal.Lab.Simulation;

/// <summary>The torrent of a simulation: with its bytes and true hashes, or of a size alone.</summary>
internal sealed class SimTorrent
{
    private const string FileName = "content.bin";

    private SimTorrent(Metainfo metainfo, byte[] bytes)
    {
        Metainfo = metainfo;
        Bytes = bytes;
    }

    public Metainfo Metainfo { get; }

    public TorrentInfo Info => Metainfo.Info;

    public PieceGeometry Geometry => Info.Geometry;

    /// <summary>The content, piece after piece; empty when only its size is real.</summary>
    public byte[] Bytes { get; }

    /// <summary>Makes the torrent of a plan.</summary>
    /// <param name="version">The generations that it carries.</param>
    /// <param name="length">Bytes of content.</param>
    /// <param name="pieceLength">Bytes in a piece.</param>
    /// <param name="keepsBytes">False to invent the hashes; the version is v1 then.</param>
    /// <param name="seed">Where the content's bytes come from.</param>
    public static SimTorrent Create(TorrentVersion version, long length, int pieceLength, bool keepsBytes, ulong seed)
    {
        if (!keepsBytes) version = TorrentVersion.V1;
        var file = new TorrentFile { Path = [FileName], Length = length, Offset = 0 };
        TorrentInfoBuilder builder = TorrentInfoBuilder.Create(FileName, version, pieceLength, true, [file]);
        byte[] bytes = keepsBytes ? Fill(builder.TotalLength, seed) : [];
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        if (version.HasFlag(TorrentVersion.V2)) builder = AddRoot(builder, bytes, layers);
        if (version.HasFlag(TorrentVersion.V1))
            builder = builder with { V1Pieces = keepsBytes ? HashPieces(bytes, pieceLength) : Invent(builder, seed) };
        if (!TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error))
            throw new InvalidOperationException(error);
        return new SimTorrent(new Metainfo { Info = info, PieceLayers = layers }, bytes);
    }

    /// <summary>The true bytes of a block.</summary>
    public ReadOnlySpan<byte> Block(BlockSpan block) =>
        Bytes.AsSpan((int)Geometry.Offset(block.Piece) + block.Begin, block.Length);

    private static byte[] Fill(long length, ulong seed)
    {
        byte[] bytes = new byte[length];
        var random = new Swarm.SwarmRandom(seed);
        for (int at = 0; at + sizeof(ulong) <= bytes.Length; at += sizeof(ulong))
            BitConverter.TryWriteBytes(bytes.AsSpan(at), random.NextBits());
        return bytes;
    }

    private static byte[] Invent(TorrentInfoBuilder builder, ulong seed)
    {
        byte[] hashes = new byte[builder.Geometry.PieceCount * SHA1.HashSizeInBytes];
        Fill(hashes.Length, seed).CopyTo(hashes, 0);
        return hashes;
    }

    private static byte[] HashPieces(byte[] bytes, int pieceLength)
    {
        var hashes = new List<byte>();
        foreach (byte[] piece in bytes.Chunk(pieceLength)) hashes.AddRange(SHA1.HashData(piece));
        return [.. hashes];
    }

    private static TorrentInfoBuilder AddRoot(
        TorrentInfoBuilder builder, byte[] bytes, Dictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        int blocksPerPiece = 1 << MerkleTree.PieceLayer(builder.PieceLength);
        TorrentFile file = builder.Files[0];
        var leaves = new List<byte>();
        foreach (byte[] block in bytes.Chunk(PieceGeometry.BlockLength)) leaves.AddRange(SHA256.HashData(block));
        byte[] all = [.. leaves];
        Sha256Hash root = MerkleTree.Root(all, 0, MerkleTree.LeafCount(file.Length));
        if (file.Length > builder.PieceLength)
        {
            var layer = new List<byte>();
            foreach (byte[] piece in all.Chunk(blocksPerPiece * Sha256Hash.Length))
                layer.AddRange(MerkleTree.Root(piece, 0, blocksPerPiece).ToArray());
            layers[root] = layer.ToArray();
        }
        return builder with { Files = [file with { PiecesRoot = root }] };
    }
}
