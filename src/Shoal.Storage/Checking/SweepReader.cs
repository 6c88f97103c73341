using Shoal.Protocol;

namespace Shoal.Storage.Checking;

/// <summary>
/// One thread's reading and hashing of consecutive pieces. Pieces smaller than the buffer are read several at a time,
/// larger ones in steps.
/// </summary>
internal sealed class SweepReader : IDisposable
{
    /// <summary>
    /// Bytes of one read: beyond a megabyte reads of a fast disk get no faster, and the buffer still fits in a
    /// second-level cache.
    /// </summary>
    public const int BufferBytes = 1024 * 1024;

    /// <summary>Bytes that one algorithm hashes before the other has its turn with them.</summary>
    private const int HashBytes = 128 * 1024;

    private readonly TorrentStorage _storage;
    private readonly PieceGeometry _geometry;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private readonly List<Memory<byte>> _vector = new(1);
    private Bitfield? _wanted;
    private int _end;
    private bool _readsAhead;
    private long _bufferStart;
    private int _bufferLength;

    public SweepReader(TorrentStorage storage, bool hasV1, bool hasV2)
    {
        _storage = storage;
        _geometry = storage.Geometry;
        int blocks = (_geometry.PieceLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
        Hasher = new PieceHasher(hasV1, hasV2, blocks);
    }

    public PieceHasher Hasher { get; }

    public void Dispose() => Hasher.Dispose();

    /// <summary>
    /// Starts a stretch that ends before a piece; of it, the pieces of a set will be asked for in order.
    /// </summary>
    public void Begin(Bitfield? wanted, int end)
    {
        _wanted = wanted;
        _end = end;
        _readsAhead = true;
        _bufferLength = 0;
    }

    /// <summary>Reads a piece and puts its hashes into <see cref="Hasher"/>.</summary>
    public StorageError? Hash(PieceIndex piece)
    {
        Hasher.Reset();
        long offset = _geometry.Offset(piece);
        int payload = _geometry.PayloadLength(piece);
        for (int begin = 0; begin < payload;)
        {
            int length = Math.Min(payload - begin, BufferBytes);
            if (Load(piece, offset + begin, length) is { } error) return error;
            ReadOnlySpan<byte> bytes = _buffer.AsSpan((int)(offset + begin - _bufferStart), length);
            for (int at = 0; at < length; at += HashBytes)
            {
                ReadOnlySpan<byte> part = bytes.Slice(at, Math.Min(HashBytes, length - at));
                Hasher.AppendV1(part);
                Hasher.HashLeaves(begin + at, part);
            }
            begin += length;
        }
        Hasher.FinishV1(_geometry.Length(piece) - payload);
        return null;
    }

    /// <summary>
    /// Sees that the buffer holds some bytes. A read for several pieces fails when one of them is missing; then the
    /// rest of the stretch is read piece by piece.
    /// </summary>
    private StorageError? Load(PieceIndex piece, long start, int length)
    {
        if (start >= _bufferStart && start + length <= _bufferStart + _bufferLength) return null;
        int ahead = _readsAhead ? AheadOf(piece, length) : length;
        StorageError? error = ReadAt(start, ahead);
        if (error is null || ahead == length) return error;
        _readsAhead = false;
        return ReadAt(start, length);
    }

    private StorageError? ReadAt(long start, int length)
    {
        _vector.Clear();
        _vector.Add(_buffer.AsMemory(0, length));
        StorageError? error = _storage.Read(start, length, _vector);
        _bufferStart = start;
        _bufferLength = error is null ? length : 0;
        return error;
    }

    /// <summary>Bytes from a piece on that lie end to end, will all be asked for and fit in the buffer.</summary>
    private int AheadOf(PieceIndex piece, int length)
    {
        if (length < _geometry.PayloadLength(piece)) return length;
        int number = piece.Value;
        while (length % _geometry.PieceLength == 0 && ++number < _end && (_wanted is null || _wanted[number]))
        {
            int next = _geometry.PayloadLength(_geometry.Piece(number));
            if (next == 0 || length + next > BufferBytes) break;
            length += next;
        }
        return length;
    }
}
