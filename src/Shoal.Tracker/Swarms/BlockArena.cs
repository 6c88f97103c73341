using System.Numerics;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Memory for the peers of one shard's larger swarms: blocks of few sizes cut from large chunks, so that millions of
/// swarms are some thousand objects to the garbage collector. A block is named by a handle, and a freed one goes to the
/// next who wants its size. The shard's lock guards it.
/// <code>
/// handle   31..16 chunk   15..0 place in it, in units of sixteen bytes
/// </code>
/// </summary>
internal sealed class BlockArena
{
    /// <summary>Bytes that sizes and places are multiples of.</summary>
    public const int Unit = 16;

    /// <summary>
    /// The first chunk is small, for a tracker that knows one swarm; each next one is twice as large.
    /// </summary>
    private const int FirstChunkBytes = 4 * 1024;

    /// <summary>What a place of sixteen bits can name.</summary>
    private const int MaxChunkBytes = 1 << 20;

    /// <summary>Larger blocks have a chunk for themselves, and give it back when they are freed.</summary>
    private const int MaxSharedBytes = 32 * 1024;

    private const int FirstChunks = 4;
    private const int HandleBits = 16;
    private const int MaxChunks = 1 << HandleBits;

    /// <summary>Sizes between one power of two and the next, so that at most a fifth of a block is unused.</summary>
    private const int SizesPerDoubling = 4;

    private const uint None = uint.MaxValue;

    private byte[]?[] _chunks = new byte[]?[FirstChunks];
    private readonly Stack<int> _freeChunks = new();
    private readonly uint[] _free = new uint[ClassOf(MaxSharedBytes) + 1];
    private int _chunkCount;
    private int _current = -1;
    private int _used;
    private long _bytes;

    public BlockArena() => Array.Fill(_free, None);

    /// <summary>Bytes of all chunks.</summary>
    public long Bytes => _bytes;

    /// <summary>The bytes of a block; its length is that of the chunk's rest, so slice it.</summary>
    public Span<byte> Open(uint handle) => _chunks[(int)(handle >> HandleBits)].AsSpan((int)(ushort)handle * Unit);

    /// <summary>
    /// As <see cref="Open"/> without the lock, when a handle may be one of yesterday: then some bytes, or none.
    /// </summary>
    public ReadOnlySpan<byte> Peek(uint handle)
    {
        byte[]?[] chunks = _chunks;
        uint number = handle >> HandleBits;
        byte[]? chunk = number < chunks.Length ? chunks[number] : null;
        int place = (ushort)handle * Unit;
        return chunk is null || place >= chunk.Length ? default : chunk.AsSpan(place);
    }

    /// <summary>The size of block that a wish for so many bytes gets.</summary>
    public static int SizeFor(int bytes)
    {
        int units = Math.Max(SizesPerDoubling, (bytes + Unit - 1) / Unit);
        int step = Math.Max(1, (int)BitOperations.RoundUpToPowerOf2((uint)units + 1) / 2 / SizesPerDoubling);
        return (units + step - 1) / step * step * Unit;
    }

    /// <summary>Gives a block of a size that <see cref="SizeFor"/> gave; what is in it means nothing.</summary>
    public uint Rent(int size)
    {
        if (size > MaxSharedBytes) return (uint)AddChunk(size) << HandleBits;
        ref uint free = ref _free[ClassOf(size)];
        if (free != None)
        {
            uint handle = free;
            free = BitConverter.ToUInt32(Open(handle));
            return handle;
        }
        if (_current < 0 || _chunks[_current]!.Length - _used < size)
        {
            int next = _current < 0 ? FirstChunkBytes : Math.Min(MaxChunkBytes, _chunks[_current]!.Length * 2);
            while (next < size) next *= 2;
            _current = AddChunk(next);
            _used = 0;
        }
        uint place = (uint)(_used / Unit);
        _used += size;
        return (uint)_current << HandleBits | place;
    }

    /// <summary>Takes a block back.</summary>
    public void Return(uint handle, int size)
    {
        if (size > MaxSharedBytes)
        {
            int chunk = (int)(handle >> HandleBits);
            _bytes -= size;
            _chunks[chunk] = null;
            _freeChunks.Push(chunk);
            return;
        }
        ref uint free = ref _free[ClassOf(size)];
        BitConverter.TryWriteBytes(Open(handle), free);
        free = handle;
    }

    /// <summary>Numbers the sizes from the smallest.</summary>
    private static int ClassOf(int size)
    {
        int units = size / Unit;
        int doubling = BitOperations.Log2((uint)units);
        return (doubling - 2) * SizesPerDoubling + (int)((uint)units * SizesPerDoubling >> doubling)
            - SizesPerDoubling;
    }

    private int AddChunk(int bytes)
    {
        // Not zeroed, so that pages are touched only as blocks are cut from them.
        byte[] chunk = GC.AllocateUninitializedArray<byte>(bytes);
        _bytes += bytes;
        if (_freeChunks.TryPop(out int at))
        {
            _chunks[at] = chunk;
            return at;
        }
        if (_chunkCount == MaxChunks)
            throw new InvalidOperationException($"A shard of the tracker has all of its {MaxChunks} chunks in use.");
        if (_chunkCount == _chunks.Length) Array.Resize(ref _chunks, _chunkCount * 2);
        _chunks[_chunkCount] = chunk;
        return _chunkCount++;
    }
}
