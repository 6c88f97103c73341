using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.TestKit;

/// <summary>A torrent and the bytes that it describes, both in memory.</summary>
/// <param name="Metainfo">The torrent as the production reader gave it back.</param>
/// <param name="TorrentBytes">The .torrent file.</param>
/// <param name="PieceSpace">
/// Every byte of the piece space: files at their offsets, zeros in padding and in the gaps of v2-only torrents.
/// </param>
public sealed record TestTorrent(Metainfo Metainfo, byte[] TorrentBytes, byte[] PieceSpace)
{
    /// <summary>The info dictionary.</summary>
    public TorrentInfo Info => Metainfo.Info;

    /// <summary>Pieces, blocks and bytes.</summary>
    public PieceGeometry Geometry => Metainfo.Info.Geometry;

    /// <summary>The bytes of one file of <see cref="TorrentInfo.Files"/>.</summary>
    public ReadOnlyMemory<byte> FileContent(int file) =>
        PieceSpace.AsMemory((int)Info.Files[file].Offset, (int)Info.Files[file].Length);

    /// <summary>The bytes of one piece that its hash covers.</summary>
    public ReadOnlyMemory<byte> Piece(PieceIndex piece) =>
        PieceSpace.AsMemory((int)Geometry.Offset(piece), Geometry.Length(piece));

    /// <summary>The bytes of one block.</summary>
    public ReadOnlyMemory<byte> Block(BlockSpan block) =>
        PieceSpace.AsMemory((int)Geometry.Offset(block.Piece) + block.Begin, block.Length);

    /// <summary>The SHA-256 of each 16 KiB block of one piece, end to end: its merkle leaves.</summary>
    public byte[] Leaves(PieceIndex piece) =>
        TestTorrents.Leaves(Piece(piece).Span[..Geometry.PayloadLength(piece)]);
}
