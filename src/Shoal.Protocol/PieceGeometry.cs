namespace Shoal.Protocol;

/// <summary>
/// All arithmetic between pieces, blocks and bytes of one torrent. A piece has two lengths: what its v1 hash covers,
/// padding included, and what has to be transferred, where padding at its end is left out
/// (<see href="https://www.bittorrent.org/beps/bep_0047.html">BEP 47</see>: padding is zeros and never requested).
/// In a v2-only torrent every file begins a new piece, so its last piece is short and the two lengths are equal.
/// </summary>
/// <remarks>
/// <code>
///  offset 0        L         2L        3L
///         |--piece 0--|--piece 1--|--piece 2-|     Length(2) can be less than L at the very end,
///         [a.txt      |  ][ padding ][b.txt  ]     PayloadLength(1) ends where a.txt does
/// </code>
/// </remarks>
public sealed class PieceGeometry
{
    /// <summary>Bytes in a block, the unit of transfer: 16 KiB, as BEP 3 has it and every client enforces.</summary>
    public const int BlockLength = 16 * 1024;

    private readonly Dictionary<int, int> _shortPayloads;
    private readonly Dictionary<int, int> _shortPieces;
    private readonly int _lastLength;

    /// <summary>Describes the pieces of a torrent.</summary>
    /// <param name="pieceLength">Bytes in a full piece.</param>
    /// <param name="totalLength">Bytes in the piece space, padding and v2 alignment gaps included.</param>
    /// <param name="shortPieces">Pieces other than the last that hold fewer bytes than a full one (v2-only).</param>
    /// <param name="shortPayloads">Pieces that end in padding, with the bytes before it.</param>
    public PieceGeometry(
        int pieceLength,
        long totalLength,
        IReadOnlyDictionary<int, int>? shortPieces = null,
        IReadOnlyDictionary<int, int>? shortPayloads = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength);
        PieceLength = pieceLength;
        TotalLength = totalLength;
        PieceCount = checked((int)((totalLength + pieceLength - 1) / pieceLength));
        _lastLength = PieceCount == 0 ? 0 : (int)(totalLength - (long)(PieceCount - 1) * pieceLength);
        _shortPieces = shortPieces is null ? [] : new(shortPieces);
        _shortPayloads = shortPayloads is null ? [] : new(shortPayloads);
        long payload = totalLength;
        foreach ((int piece, int length) in _shortPieces) payload -= FullLength(piece) - length;
        foreach ((int piece, int length) in _shortPayloads) payload -= Length(new PieceIndex(piece)) - length;
        PayloadTotal = payload;
    }

    /// <summary>Bytes in a full piece.</summary>
    public int PieceLength { get; }

    /// <summary>Bytes in the piece space, padding and v2 alignment gaps included.</summary>
    public long TotalLength { get; }

    /// <summary>Bytes that have to be transferred for all pieces.</summary>
    public long PayloadTotal { get; }

    /// <summary>Number of pieces.</summary>
    public int PieceCount { get; }

    /// <summary>Checks a piece number that came from outside.</summary>
    public bool TryPiece(long number, out PieceIndex piece)
    {
        bool exists = number >= 0 && number < PieceCount;
        piece = new PieceIndex(exists ? (int)number : 0);
        return exists;
    }

    /// <summary>The piece with a number that the program itself computed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such piece.</exception>
    public PieceIndex Piece(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, PieceCount);
        return new PieceIndex(number);
    }

    /// <summary>The piece that holds byte <paramref name="offset"/> of the piece space.</summary>
    public PieceIndex PieceAt(long offset) => Piece(checked((int)(offset / PieceLength)));

    /// <summary>Offset in the piece space at which a piece begins.</summary>
    public long Offset(PieceIndex piece) => (long)piece.Value * PieceLength;

    /// <summary>Bytes that the v1 hash of a piece covers, padding included.</summary>
    public int Length(PieceIndex piece) =>
        _shortPieces.Count > 0 && _shortPieces.TryGetValue(piece.Value, out int length)
            ? length
            : FullLength(piece.Value);

    /// <summary>Bytes of a piece that have to be transferred: padding at its end is left out.</summary>
    public int PayloadLength(PieceIndex piece) =>
        _shortPayloads.Count > 0 && _shortPayloads.TryGetValue(piece.Value, out int length) ? length : Length(piece);

    /// <summary>Number of blocks in the payload of a piece; 0 for one that is nothing but padding.</summary>
    public int BlockCount(PieceIndex piece) => (PayloadLength(piece) + BlockLength - 1) / BlockLength;

    /// <summary>One block of a piece; the last one can be short.</summary>
    public BlockSpan Block(PieceIndex piece, int block)
    {
        int begin = block * BlockLength;
        return new BlockSpan(piece, begin, Math.Min(BlockLength, PayloadLength(piece) - begin));
    }

    /// <summary>True when the span is exactly one block, as we request them.</summary>
    public bool IsBlock(BlockSpan span) =>
        span.Begin % BlockLength == 0 && span.Begin < PayloadLength(span.Piece)
        && span == Block(span.Piece, span.Begin / BlockLength);

    /// <summary>Checks the numbers of a request that came from outside against the piece's full length.</summary>
    public bool TrySpan(uint piece, uint begin, uint length, out BlockSpan span)
    {
        span = default;
        if (!TryPiece(piece, out PieceIndex index) || length == 0 || (ulong)begin + length > (ulong)Length(index))
            return false;
        span = new BlockSpan(index, (int)begin, (int)length);
        return true;
    }

    /// <summary>
    /// As <see cref="TrySpan"/>, with the last block of a piece taken as whole. libtorrent 2 asks for it so in v2-only
    /// torrents, where it counts the gap between two files as padding; what lies in the gap is zeros.
    /// </summary>
    public bool TrySpanOfWholeBlocks(uint piece, uint begin, uint length, out BlockSpan span)
    {
        span = default;
        if (!TryPiece(piece, out PieceIndex index) || length == 0 || begin >= (uint)Length(index)) return false;
        int whole = Math.Min(PieceLength, BlockCount(index) * BlockLength);
        if ((ulong)begin + length > (ulong)whole) return false;
        span = new BlockSpan(index, (int)begin, (int)length);
        return true;
    }

    private int FullLength(int piece) => piece == PieceCount - 1 ? _lastLength : PieceLength;
}
