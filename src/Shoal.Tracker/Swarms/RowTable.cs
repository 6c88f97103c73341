using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// The rows of one family in one swarm while a shard's lock is held: seeds first, then leeches, each part in no order.
/// It changes rows and their counts in place; that there is room for one more is the caller's to see.
/// </summary>
internal readonly ref struct RowTable<TLayout>(
    Span<byte> block, ref int count, ref int seeds, RowIndex<TLayout>? index)
    where TLayout : struct, IRowLayout
{
    private readonly Span<byte> _block = block;
    private readonly ref int _count = ref count;
    private readonly ref int _seeds = ref seeds;

    public int Count => _count;

    public int Seeds => _seeds;

    /// <summary>The place of the peer of a row, or -1.</summary>
    public int Find(ref byte row)
    {
        if (index is not null) return index.Find(_block, ref row);
        for (int i = 0; i < _count; i++)
            if (TLayout.IsSamePeer(ref RowAt(i), ref row))
                return i;
        return -1;
    }

    public bool IsSeed(int place) => place < _seeds;

    public byte Tick(int place) => Unsafe.Add(ref RowAt(place), TLayout.WireLength);

    public RowFlags Flags(int place) => (RowFlags)Unsafe.Add(ref RowAt(place), TLayout.WireLength + 1);

    public ushort Tag(int place) =>
        Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref RowAt(place), TLayout.WireLength + 2));

    public void SetTick(int place, byte tick) => Unsafe.Add(ref RowAt(place), TLayout.WireLength) = tick;

    public void SetFlags(int place, RowFlags flags) =>
        Unsafe.Add(ref RowAt(place), TLayout.WireLength + 1) = (byte)flags;

    public void SetTag(int place, ushort tag) =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref RowAt(place), TLayout.WireLength + 2), tag);

    /// <summary>The row at a place; it stays valid until rows move.</summary>
    public ref byte RowAt(int place) => ref Unsafe.Add(
        ref MemoryMarshal.GetReference(_block), TLayout.Offset(place, _block.Length));

    /// <summary>Copies a whole row to the start of a span.</summary>
    public void CopyRow(int place, Span<byte> to) =>
        MemoryMarshal.CreateReadOnlySpan(ref RowAt(place), TLayout.Stride).CopyTo(to);

    /// <summary>A row with this tag that has no partner yet, or -1.</summary>
    public int FindUnpaired(ushort tag)
    {
        for (int i = 0; i < _count; i++)
            if (Tag(i) == tag && (Flags(i) & RowFlags.Paired) == 0)
                return i;
        return -1;
    }

    /// <summary>A row with this tag that has a partner, or -1.</summary>
    public int FindPaired(ushort tag)
    {
        for (int i = 0; i < _count; i++)
            if (Tag(i) == tag && (Flags(i) & RowFlags.Paired) != 0)
                return i;
        return -1;
    }

    /// <summary>Peers at the host of a row.</summary>
    public int CountHost(ref byte row)
    {
        if (index is not null) return index.CountHost(ref row);
        int found = 0;
        ulong host = TLayout.Host(ref row);
        for (int i = 0; i < _count; i++)
            if (TLayout.Host(ref RowAt(i)) == host)
                found++;
        return found;
    }

    /// <summary>Puts a row that is not there yet behind the others.</summary>
    /// <returns>Its place.</returns>
    public int Add(ReadOnlySpan<byte> row, bool isSeed)
    {
        int place = _count++;
        row.CopyTo(MemoryMarshal.CreateSpan(ref RowAt(place), TLayout.Stride));
        index?.Add(_block, place);
        return isSeed ? SetRole(place, true) : place;
    }

    /// <summary>Moves a row among the seeds or among the leeches.</summary>
    /// <returns>Its new place.</returns>
    public int SetRole(int place, bool isSeed)
    {
        if (isSeed == IsSeed(place)) return place;
        if (isSeed)
        {
            Swap(place, _seeds);
            return _seeds++;
        }
        Swap(place, --_seeds);
        return _seeds;
    }

    public void RemoveAt(int place)
    {
        index?.Remove(_block, place);
        // A hole among the seeds is filled by the last seed, whose place is filled by the last leech.
        if (place < _seeds)
        {
            Move(--_seeds, place);
            place = _seeds;
        }
        Move(--_count, place);
    }

    private void Move(int from, int to)
    {
        if (from == to) return;
        index?.Move(_block, from, to);
        Unsafe.CopyBlockUnaligned(ref RowAt(to), ref RowAt(from), (uint)TLayout.Stride);
    }

    private void Swap(int first, int second)
    {
        if (first == second) return;
        index?.Swap(_block, first, second);
        Span<byte> kept = stackalloc byte[TLayout.Stride];
        Unsafe.CopyBlockUnaligned(ref kept[0], ref RowAt(first), (uint)TLayout.Stride);
        Unsafe.CopyBlockUnaligned(ref RowAt(first), ref RowAt(second), (uint)TLayout.Stride);
        Unsafe.CopyBlockUnaligned(ref RowAt(second), ref kept[0], (uint)TLayout.Stride);
    }
}
