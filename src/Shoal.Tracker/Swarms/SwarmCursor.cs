using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// One swarm opened for reading and changing, wherever its rows are: in its entry or in a block. It lives while the
/// shard's lock is held, and <see cref="Close"/> puts the counts back.
/// </summary>
internal ref struct SwarmCursor
{
    private const int BlockHeadBytes = 32;

    /// <summary>Rows of a family from which on it has an index; walking fewer is faster.</summary>
    private const int IndexedRows = 256;

    private readonly SwarmShard _shard;
    private readonly int _number;
    private Span<byte> _rows;
    private SwarmIndexes? _indexes;
    private int _blockSize;
    private int _rowsBefore;

#pragma warning disable CA1051 // The tables count in place, by reference.
    /// <summary>The counts as they are now.</summary>
    public SwarmCounts Counts;
#pragma warning restore CA1051

    public SwarmCursor(SwarmShard shard, int number)
    {
        (_shard, _number) = (shard, number);
        ref SwarmEntry entry = ref Entry;
        if (entry.HasBlock) OpenBlock(entry.Block);
        else
        {
            Counts = entry.InlineCounts;
            _rows = entry.Inline;
            for (int i = 0; i < Counts.Count4; i++)
                if ((V4.Flags(i) & RowFlags.Partial) != 0)
                    Counts.Partial++;
        }
    }

    /// <summary>Bytes that the head of a block says it has; 0 where there is no whole head.</summary>
    public static int RoomOf(ReadOnlySpan<byte> block) => block.Length < BlockHeadBytes
        ? 0 : Math.Max(0, MemoryMarshal.Read<int>(block[Unsafe.SizeOf<SwarmCounts>()..]));

    /// <summary>The swarm's entry.</summary>
    public readonly ref SwarmEntry Entry => ref _shard.Entries[_number];

    /// <summary>The IPv4 rows; to be asked for again after <see cref="Reserve"/>.</summary>
    [UnscopedRef]
    public RowTable<RowLayout4> V4 => new(_rows, ref Counts.Count4, ref Counts.Seeds4, _indexes?.V4);

    /// <summary>The IPv6 rows; to be asked for again after <see cref="Reserve"/>.</summary>
    [UnscopedRef]
    public RowTable<RowLayout6> V6 => new(_rows, ref Counts.Count6, ref Counts.Seeds6, _indexes?.V6);

    private readonly int RowBytes => Counts.Count4 * RowLayout4.Stride + Counts.Count6 * RowLayout6.Stride;

    /// <summary>Makes room for one more row of either family.</summary>
    public void Reserve(int stride)
    {
        if (RowBytes + stride > _rows.Length) MoveTo(BlockArena.SizeFor(BlockHeadBytes + RowBytes + stride));
        if (stride == RowLayout4.Stride)
        {
            if (Counts.Count4 + 1 >= IndexedRows && (Indexes.V4?.Capacity ?? 0) <= Counts.Count4)
                Indexes.V4 = Build<RowLayout4>(Counts.Count4);
        }
        else if (Counts.Count6 + 1 >= IndexedRows && (Indexes.V6?.Capacity ?? 0) <= Counts.Count6)
            Indexes.V6 = Build<RowLayout6>(Counts.Count6);
    }

    /// <summary>
    /// Fills a swarm that has no rows yet with those that were kept of it, seeds first in each family.
    /// </summary>
    public void Load(ReadOnlySpan<byte> rows4, int seeds4, ReadOnlySpan<byte> rows6, int seeds6)
    {
        if (rows4.Length + rows6.Length > _rows.Length)
            MoveTo(BlockArena.SizeFor(BlockHeadBytes + rows4.Length + rows6.Length));
        rows4.CopyTo(_rows);
        for (int i = 0; i < rows6.Length / RowLayout6.Stride; i++)
            rows6.Slice(i * RowLayout6.Stride, RowLayout6.Stride)
                .CopyTo(_rows[RowLayout6.Offset(i, _rows.Length)..]);
        (Counts.Count4, Counts.Seeds4) = (rows4.Length / RowLayout4.Stride, seeds4);
        (Counts.Count6, Counts.Seeds6) = (rows6.Length / RowLayout6.Stride, seeds6);
        if (Counts.Count4 >= IndexedRows) Indexes.V4 = Build<RowLayout4>(Counts.Count4);
        if (Counts.Count6 >= IndexedRows) Indexes.V6 = Build<RowLayout6>(Counts.Count6);
        PeerPairs.JoinAll(ref this);
    }

    /// <summary>Gives back room that is not needed any more, and puts the counts where they rest.</summary>
    public void Close()
    {
        if (_blockSize > 0 && Counts.Rows < _rowsBefore) Shrink();
        if (_blockSize == 0) Entry.InlineCounts = Counts;
        else MemoryMarshal.Write(_shard.Blocks.Open(Entry.Block), Counts);
    }

    private SwarmIndexes Indexes => _indexes ??= _shard.IndexesOf(_number);

    private void OpenBlock(uint handle)
    {
        Span<byte> head = _shard.Blocks.Open(handle);
        Counts = MemoryMarshal.Read<SwarmCounts>(head);
        _blockSize = MemoryMarshal.Read<int>(head[Unsafe.SizeOf<SwarmCounts>()..]);
        _rows = head[BlockHeadBytes.._blockSize];
        _rowsBefore = Counts.Rows;
        if (Counts.Count4 >= IndexedRows / 2 || Counts.Count6 >= IndexedRows / 2)
            _indexes = _shard.FindIndexes(_number);
    }

    private void Shrink()
    {
        const int Slack = 2;
        if (Counts.Count6 == 0 && Counts.Count4 <= SwarmEntry.InlineRows)
        {
            ref SwarmEntry entry = ref Entry;
            uint block = entry.Block;
            _rows[..(Counts.Count4 * RowLayout4.Stride)].CopyTo(entry.Inline);
            _shard.Blocks.Return(block, _blockSize);
            _blockSize = 0;
            _rows = entry.Inline;
        }
        else if (_blockSize > BlockArena.SizeFor((BlockHeadBytes + RowBytes) * Slack))
            MoveTo(BlockArena.SizeFor(BlockHeadBytes + RowBytes));
        if (_indexes is null) return;
        // Well below the number at which it was built, so that one who comes and goes does not build it each time.
        if (Counts.Count4 < IndexedRows / 2) _indexes.V4 = null;
        if (Counts.Count6 < IndexedRows / 2) _indexes.V6 = null;
        if (_indexes is { V4: null, V6: null }) _shard.DropIndexes(_number);
    }

    private void MoveTo(int size)
    {
        uint block = _shard.Blocks.Rent(size);
        Span<byte> head = _shard.Blocks.Open(block)[..size];
        int size4 = Counts.Count4 * RowLayout4.Stride;
        int size6 = Counts.Count6 * RowLayout6.Stride;
        // The rows' old place stays valid: chunks never move, and an entry does not while its shard is locked.
        _rows[..size4].CopyTo(head[BlockHeadBytes..]);
        _rows[^size6..].CopyTo(head[^size6..]);
        MemoryMarshal.Write(head[Unsafe.SizeOf<SwarmCounts>()..], size);
        if (_blockSize > 0) _shard.Blocks.Return(Entry.Block, _blockSize);
        Entry.Block = block;
        _blockSize = size;
        _rows = head[BlockHeadBytes..];
    }

    private readonly RowIndex<TLayout> Build<TLayout>(int count) where TLayout : struct, IRowLayout
    {
        const int Growth = 2;
        var index = new RowIndex<TLayout>(_shard.Hasher, count * Growth);
        for (int i = 0; i < count; i++) index.Add(_rows, i);
        return index;
    }
}
