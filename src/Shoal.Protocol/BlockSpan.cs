namespace Shoal.Protocol;

/// <summary>Some bytes of one piece, as a request or a piece message names them.</summary>
/// <param name="Piece">The piece that holds all of the bytes.</param>
/// <param name="Begin">Offset of the first byte in the piece.</param>
/// <param name="Length">Number of bytes.</param>
public readonly record struct BlockSpan(PieceIndex Piece, int Begin, int Length)
{
    /// <summary>Offset in the piece of the first byte after the span.</summary>
    public int End => Begin + Length;

    /// <summary>Number of the block that the first byte lies in.</summary>
    public int FirstBlock => Begin / PieceGeometry.BlockLength;

    /// <summary>Number of blocks, for a span that begins where one does; the last may be short.</summary>
    public int BlockCount => (Length + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
}
