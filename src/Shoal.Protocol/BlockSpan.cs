namespace Shoal.Protocol;

/// <summary>Some bytes of one piece, as a request or a piece message names them.</summary>
/// <param name="Piece">The piece that holds all of the bytes.</param>
/// <param name="Begin">Offset of the first byte in the piece.</param>
/// <param name="Length">Number of bytes.</param>
public readonly record struct BlockSpan(PieceIndex Piece, int Begin, int Length)
{
    /// <summary>Offset in the piece of the first byte after the span.</summary>
    public int End => Begin + Length;
}
