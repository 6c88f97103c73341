using Shoal.Protocol;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Intake;

/// <summary>
/// The writing and hashing of one piece. Runs of blocks are hashed and written while they are in the cache of the
/// core; what came out of order is read back for SHA-1 when the gap before it is filled, while SHA-256 leaves do not
/// care for order. Of a piece that comes fast the blocks are held after they are written: for leaves until there are
/// sixteen, and for SHA-1 until the piece is whole and can be hashed beside others. Used by one thread at a time.
/// </summary>
internal sealed class PieceWork : IDisposable
{
    /// <summary>
    /// Bytes hashed and written at a stretch: half of a second-level cache of 512 KiB, so that the write copies what
    /// the hash has just read.
    /// </summary>
    public const int MaxRunBytes = 256 * 1024;

    private readonly TorrentStorage _storage;
    private readonly PieceHashes _hashes;
    private readonly PieceHasher _hasher;
    private readonly BlockSet _written;
    private readonly HeldBytes _budget;
    private readonly int _blocksPerPiece;
    private readonly List<ReadOnlyMemory<byte>> _run = [];
    private readonly List<QueuedBlock> _held = [];
    private readonly List<BlockSpan> _restored = [];
    private readonly Action<int, ReadOnlyMemory<byte>> _takeForV1;
    private readonly Action<int, ReadOnlyMemory<byte>> _takeForLeaves;
    private ReadOnlyMemory<byte>[] _heldBlocks = [];
    private int _leafCount;
    private List<QueuedBlock> _taken = [];
    private PieceIndex _piece;
    private int _payload;
    private int _blockCount;
    private int _hashed;
    private bool _isHashed;

    public PieceWork(TorrentStorage storage, PieceHashes hashes, int blocksPerPiece, HeldBytes budget)
    {
        _budget = budget;
        _blocksPerPiece = blocksPerPiece;
        _storage = storage;
        _hashes = hashes;
        _written = new BlockSet(blocksPerPiece);
        _hasher = new PieceHasher(hashes.HasV1, hashes.HasV2, blocksPerPiece);
        _takeForV1 = TakeForV1;
        _takeForLeaves = TakeForLeaves;
    }

    /// <summary>The blocks that are being worked on.</summary>
    public List<QueuedBlock> Taken => _taken;

    /// <summary>
    /// True when blocks are held to be hashed beside others. Set before the first block; it ends by itself when too
    /// much is held, and what was written is read back then for SHA-1.
    /// </summary>
    public bool IsForLanes { get; set; }

    /// <summary>True when all blocks are on disk and held, and SHA-1 waits for other pieces.</summary>
    public bool AwaitsLanes => IsForLanes && _hashes.HasV1 && !_isHashed && _written.Count == _blockCount;

    /// <summary>True when blocks are held for their leaves alone.</summary>
    public bool HoldsLeaves => _held.Count > 0 && !_hashes.HasV1;

    /// <summary>Lets go of all that is held.</summary>
    public void Dispose()
    {
        LetGo();
        _hasher.Dispose();
    }

    /// <summary>Starts a piece, or the same one anew.</summary>
    public void Begin(PieceIndex piece)
    {
        LetGo();
        _piece = piece;
        _payload = _storage.Geometry.PayloadLength(piece);
        _blockCount = _storage.Geometry.BlockCount(piece);
        _written.Clear();
        _restored.Clear();
        _hasher.Reset();
        _hashed = 0;
        _isHashed = false;
    }

    /// <summary>Takes a list of blocks to work on and gives the last one, empty by now.</summary>
    public List<QueuedBlock> Exchange(List<QueuedBlock> queued)
    {
        (List<QueuedBlock> empty, _taken) = (_taken, queued);
        return empty;
    }

    /// <summary>
    /// Writes what was taken. The slabs remain retained. Blocks that are not for lanes are hashed on the way.
    /// </summary>
    public StorageError? WriteTaken()
    {
        if (!IsSorted()) _taken.Sort();
        for (int first = 0; first < _taken.Count;)
        {
            int next = first + 1;
            int length = _taken[first].Slice.Length;
            while (next < _taken.Count && _taken[next].Begin == _taken[next - 1].End
                && length + _taken[next].Slice.Length <= MaxRunBytes)
                length += _taken[next++].Slice.Length;
            if (WriteRun(first, next, length) is { } error) return error;
            first = next;
        }
        if (IsForLanes) HoldTaken();
        if (_written.Count == _blockCount && HashRestored() is { } unread) return unread;
        return IsForLanes || !_hashes.HasV1 ? null : CatchUp();
    }

    /// <summary>
    /// Takes blocks for written that are on disk already. They are read back to be hashed: for SHA-1 when their turn
    /// comes, for leaves when the piece is whole.
    /// </summary>
    public void Restore(BlockSpan run)
    {
        _written.Include(run);
        if (_hashes.HasV2) _restored.Add(run);
    }

    /// <summary>
    /// Hashes leaves of a piece that has only such, sixteen at a time, the rest when it is whole, and lets go of their
    /// blocks.
    /// </summary>
    public void HashHeldLeaves()
    {
        if (!HoldsLeaves) return;
        for (; _leafCount < _held.Count; _leafCount++)
            _hasher.AddLeaves(_held[_leafCount].Begin, _held[_leafCount].Slice.Memory);
        if (_written.Count == _blockCount) _hasher.FinishLeaves();
        // Those that wait came last; a block that is not whole never waits.
        int done = _held.Count;
        for (int blocks = 0; blocks < _hasher.WaitingLeaves; done--)
            blocks += _held[done - 1].Slice.Length / PieceGeometry.BlockLength;
        LetGoOf(done);
    }

    /// <summary>One of the blocks that are held.</summary>
    public ReadOnlyMemory<byte> HeldBlock(int block) => _heldBlocks[block];

    /// <summary>Gives the leaves of a block that is held to lanes that other pieces share.</summary>
    public void AddHeldLeaf(int block, LeafLanes lanes) =>
        _hasher.AddLeaves(block * PieceGeometry.BlockLength, _heldBlocks[block], lanes);

    /// <summary>
    /// Takes the SHA-1 that was computed beside that of others, as its leaves were, and lets go of the blocks.
    /// </summary>
    public void TakeV1(Sha1Lanes lanes, int lane)
    {
        _hasher.TakeV1(lanes, lane);
        _hashed = _payload;
        _isHashed = true;
        LetGo();
    }

    /// <summary>Hashes a whole piece that is held by itself, and lets go of the blocks.</summary>
    public void HashHeld()
    {
        for (int block = 0; block < _blockCount; block++)
        {
            _hasher.AppendV1(_heldBlocks[block].Span);
            _hasher.AddLeaves(block * PieceGeometry.BlockLength, _heldBlocks[block]);
        }
        _hasher.FinishLeaves();
        _hashed = _payload;
        IsForLanes = false;
        LetGo();
    }

    /// <summary>Lets go of the blocks that are held.</summary>
    public void LetGo()
    {
        if (_held.Count == 0) return;
        LetGoOf(_held.Count);
        Array.Clear(_heldBlocks);
    }

    /// <summary>Judges the piece; null while blocks are missing.</summary>
    public PieceOutcome? Judge()
    {
        if (_written.Count < _blockCount) return null;
        if (!_isHashed) _hasher.FinishV1(_storage.Geometry.Length(_piece) - _payload);
        _isHashed = true;
        return _hashes.Judge(_piece, _hasher.Sha1, _hasher.Leaves(_blockCount));
    }

    /// <summary>
    /// Holds what was taken. When there is no room for it the leaves are hashed at once, and blocks are held no more.
    /// </summary>
    private void HoldTaken()
    {
        int taken = 0;
        for (; taken < _taken.Count && _budget.TryTake(_taken[taken].Slice.Length); taken++)
        {
            _taken[taken].Slice.Slab.Retain();
            _held.Add(_taken[taken]);
            if (_hashes.HasV1) NoteHeldBlocks(_taken[taken]);
        }
        if (taken == _taken.Count) return;
        IsForLanes = false;
        for (; _leafCount < _held.Count; _leafCount++)
            _hasher.AddLeaves(_held[_leafCount].Begin, _held[_leafCount].Slice.Memory);
        for (; taken < _taken.Count; taken++) _hasher.AddLeaves(_taken[taken].Begin, _taken[taken].Slice.Memory);
        _hasher.FinishLeaves();
        LetGo();
    }

    private void NoteHeldBlocks(QueuedBlock held)
    {
        if (_heldBlocks.Length == 0) _heldBlocks = new ReadOnlyMemory<byte>[_blocksPerPiece];
        ReadOnlyMemory<byte> rest = held.Slice.Memory;
        for (int i = held.Begin / PieceGeometry.BlockLength; !rest.IsEmpty; i++)
        {
            int length = Math.Min(PieceGeometry.BlockLength, rest.Length);
            _heldBlocks[i] = rest[..length];
            rest = rest[length..];
        }
    }

    /// <summary>Lets go of the first blocks that are held.</summary>
    private void LetGoOf(int count)
    {
        int bytes = 0;
        for (int i = 0; i < count; i++)
        {
            bytes += _held[i].Slice.Length;
            _held[i].Slice.Slab.Release();
        }
        _held.RemoveRange(0, count);
        _leafCount = Math.Max(0, _leafCount - count);
        _budget.Return(bytes);
    }

    private bool IsSorted()
    {
        for (int i = 1; i < _taken.Count; i++)
            if (_taken[i].Begin < _taken[i - 1].Begin) return false;
        return true;
    }

    private StorageError? WriteRun(int first, int next, int length)
    {
        int begin = _taken[first].Begin;
        bool extendsHashed = _hashes.HasV1 && !IsForLanes && begin == _hashed;
        _run.Clear();
        for (int i = first; i < next; i++)
        {
            if (extendsHashed) _hasher.AppendV1(_taken[i].Slice.Span);
            if (!IsForLanes) _hasher.AddLeaves(_taken[i].Begin, _taken[i].Slice.Memory);
            _run.Add(_taken[i].Slice.Memory);
        }
        if (!IsForLanes) _hasher.FinishLeaves();
        if (extendsHashed) _hashed += length;
        StorageError? error = _storage.Write(_piece, begin, _run);
        _run.Clear();
        int blocks = (length + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
        if (error is null) _written.Add(begin / PieceGeometry.BlockLength, blocks);
        return error;
    }

    private StorageError? HashRestored()
    {
        foreach (BlockSpan run in _restored)
        {
            if (PieceReader.Read(_storage, _piece, run.Begin, run.End, _takeForLeaves) is { } error) return error;
        }
        _restored.Clear();
        return null;
    }

    /// <summary>Hashes from the disk what was written ahead of the hashed start and now follows it.</summary>
    private StorageError? CatchUp()
    {
        int end = _written.NextMissing(_hashed / PieceGeometry.BlockLength, _blockCount) * PieceGeometry.BlockLength;
        end = Math.Min(end, _payload);
        return PieceReader.Read(_storage, _piece, _hashed, end, _takeForV1);
    }

    private void TakeForV1(int begin, ReadOnlyMemory<byte> bytes)
    {
        _hasher.AppendV1(bytes.Span);
        _hashed = begin + bytes.Length;
    }

    private void TakeForLeaves(int begin, ReadOnlyMemory<byte> bytes)
    {
        _hasher.AddLeaves(begin, bytes);
        _hasher.FinishLeaves();
    }
}
