using Shoal.Protocol;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Checking;

/// <summary>
/// One thread's reading and hashing of consecutive pieces. Pieces smaller than the buffer are read several at a time,
/// larger ones in steps; where the machine can, eight pieces are read and hashed side by side.
/// </summary>
internal sealed class SweepReader : IDisposable
{
    /// <summary>
    /// Bytes of one read: beyond a megabyte reads of a fast disk get no faster, and the buffer still fits in a
    /// second-level cache.
    /// </summary>
    public const int BufferBytes = 1024 * 1024;

    /// <summary>Bytes of each of eight pieces that are read at a time: 4 MiB for each core that reads.</summary>
    private const int LaneStepBytes = BufferBytes / 2;

    /// <summary>Bytes of a piece that one algorithm hashes before the other has its turn with them.</summary>
    private const int HashBytes = 256 * 1024;

    /// <summary>The same of each of eight pieces: sixteen blocks together, for as many lanes of SHA-256.</summary>
    private const int LanePartBytes = LaneMath.WideLanes / LaneMath.Lanes * PieceGeometry.BlockLength;

    private readonly TorrentStorage _storage;
    private readonly PieceGeometry _geometry;
    private readonly bool _hasV1;
    private readonly bool _hasV2;
    private readonly int _blocksPerPiece;
    private readonly List<PieceHasher> _hashers = [];
    private readonly LeafLanes _leafLanes = new();
    private Sha1Lanes? _lanes;
    private byte[] _laneBuffer = [];
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
        _hasV1 = hasV1;
        _hasV2 = hasV2;
        _blocksPerPiece = (_geometry.PieceLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
    }

    /// <summary>The hashes of the last piece, or by their order of the last pieces that were hashed together.</summary>
    public PieceHasher Hasher(int lane = 0)
    {
        while (_hashers.Count <= lane) _hashers.Add(new PieceHasher(_hasV1, _hasV2, _blocksPerPiece));
        return _hashers[lane];
    }

    public void Dispose()
    {
        foreach (PieceHasher hasher in _hashers) hasher.Dispose();
    }

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
        PieceHasher hasher = Hasher();
        hasher.Reset();
        long offset = _geometry.Offset(piece);
        int payload = _geometry.PayloadLength(piece);
        for (int begin = 0; begin < payload;)
        {
            int length = Math.Min(payload - begin, BufferBytes);
            if (Load(piece, offset + begin, length) is { } error) return error;
            ReadOnlyMemory<byte> bytes = _buffer.AsMemory((int)(offset + begin - _bufferStart), length);
            for (int at = 0; at < length; at += HashBytes)
            {
                ReadOnlyMemory<byte> part = bytes.Slice(at, Math.Min(HashBytes, length - at));
                hasher.AppendV1(part.Span);
                hasher.AddLeaves(begin + at, part);
            }
            hasher.FinishLeaves();
            begin += length;
        }
        hasher.FinishV1(_geometry.Length(piece) - payload);
        return null;
    }

    /// <summary>
    /// Reads up to eight whole pieces and puts their hashes into <see cref="Hasher"/>. False when one of them cannot be
    /// read; which one it is shows when each is read by itself.
    /// </summary>
    public bool HashTogether(List<PieceIndex> pieces)
    {
        _lanes ??= new Sha1Lanes();
        _lanes.Reset();
        int pieceLength = _geometry.PieceLength;
        int step = Math.Min(pieceLength, LaneStepBytes);
        for (int begin = 0; begin < pieceLength; begin += step)
        {
            int length = Math.Min(step, pieceLength - begin);
            ReadOnlyMemory<byte> bytes = LoadTogether(pieces, begin, length, step);
            if (bytes.IsEmpty) return false;
            for (int at = 0; at < length; at += LanePartBytes)
            {
                int part = Math.Min(LanePartBytes, length - at);
                _lanes.Append(new LaneInput(bytes.Span[at..], step, part));
                for (int lane = 0; lane < pieces.Count; lane++)
                    Hasher(lane).AddLeaves(begin + at, bytes.Slice(lane * step + at, part), _leafLanes);
            }
            _leafLanes.Finish();
        }
        _lanes.Finish();
        for (int lane = 0; lane < pieces.Count; lane++) Hasher(lane).TakeV1(_lanes, lane);
        return true;
    }

    /// <summary>
    /// Reads the same part of each piece, with one call where they lie end to end; empty when that fails. There is room
    /// for eight, a step after each other, however few are asked for.
    /// </summary>
    private ReadOnlyMemory<byte> LoadTogether(List<PieceIndex> pieces, int begin, int length, int step)
    {
        long start = _geometry.Offset(pieces[0]) + begin;
        bool areAdjacent = step == _geometry.PieceLength && pieces[^1].Value - pieces[0].Value == pieces.Count - 1;
        if (areAdjacent && LaneMath.Lanes * step <= BufferBytes)
        {
            if (Load(pieces[^1], start, pieces.Count * step) is not null) return default;
            bool isRoom = start - _bufferStart + LaneMath.Lanes * step <= BufferBytes;
            if (!isRoom && ReadAt(start, pieces.Count * step) is not null) return default;
            return _buffer.AsMemory((int)(start - _bufferStart), LaneMath.Lanes * step);
        }
        if (_laneBuffer.Length == 0) _laneBuffer = GC.AllocateUninitializedArray<byte>(LaneMath.Lanes * step);
        int calls = areAdjacent ? 1 : pieces.Count;
        for (int lane = 0; lane < calls; lane++)
        {
            start = _geometry.Offset(pieces[lane]) + begin;
            Memory<byte> into = _laneBuffer.AsMemory(lane * step, areAdjacent ? pieces.Count * step : length);
            if (Read(start, into) is not null) return default;
        }
        return _laneBuffer;
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
        StorageError? error = Read(start, _buffer.AsMemory(0, length));
        _bufferStart = start;
        _bufferLength = error is null ? length : 0;
        return error;
    }

    private StorageError? Read(long start, Memory<byte> into)
    {
        _vector.Clear();
        _vector.Add(into);
        return _storage.Read(start, into.Length, _vector);
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
