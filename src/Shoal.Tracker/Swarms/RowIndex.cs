using System.Numerics;
using System.Runtime.InteropServices;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Where in a large swarm a peer stands, and how many peers each host has there: walking thousands of rows for every
/// announce would be too slow. Small swarms have none.
/// </summary>
internal sealed class RowIndex<TLayout>(KeyedHash hasher, int rows) where TLayout : struct, IRowLayout
{
    // Half of the slots are empty when the table is full, as its walks are short then.
    private const int SlotsPerRow = 2;

    // Slots hold the place of a row plus one; 0 is an empty slot.
    private readonly int[] _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)rows * SlotsPerRow)];
    private readonly ushort[] _hosts = new ushort[(int)BitOperations.RoundUpToPowerOf2((uint)rows)];

    /// <summary>Rows that there is room for.</summary>
    public int Capacity => _slots.Length / SlotsPerRow;

    /// <summary>The place of the peer of a row, or -1.</summary>
    public int Find(ReadOnlySpan<byte> block, ref byte row)
    {
        for (int at = HomeOf(ref row); _slots[at] != 0; at = Next(at))
            if (TLayout.IsSamePeer(ref RowAt(block, _slots[at] - 1), ref row))
                return _slots[at] - 1;
        return -1;
    }

    /// <summary>Peers at the host of a row; seldom more than there are, when hosts share a counter.</summary>
    public int CountHost(ref byte row) => HostOf(ref row);

    /// <summary>Notes a new row.</summary>
    public void Add(ReadOnlySpan<byte> block, int place)
    {
        ref byte row = ref RowAt(block, place);
        int at = HomeOf(ref row);
        while (_slots[at] != 0) at = Next(at);
        _slots[at] = place + 1;
        ref ushort host = ref HostOf(ref row);
        if (host < ushort.MaxValue) host++;
    }

    /// <summary>Forgets the row at a place, which is still there.</summary>
    public void Remove(ReadOnlySpan<byte> block, int place)
    {
        ref byte row = ref RowAt(block, place);
        ref ushort host = ref HostOf(ref row);
        if (host is > 0 and < ushort.MaxValue) host--;
        int hole = SlotOf(ref row, place);
        for (int at = Next(hole); _slots[at] != 0; at = Next(at))
        {
            int home = HomeOf(ref RowAt(block, _slots[at] - 1));
            bool mayMove = hole <= at ? home <= hole || home > at : home <= hole && home > at;
            if (!mayMove) continue;
            _slots[hole] = _slots[at];
            hole = at;
        }
        _slots[hole] = 0;
    }

    /// <summary>Notes that a row will stand at another place; it is still at the old one.</summary>
    public void Move(ReadOnlySpan<byte> block, int from, int to) =>
        _slots[SlotOf(ref RowAt(block, from), from)] = to + 1;

    /// <summary>Notes that two rows will change places; they have not yet.</summary>
    public void Swap(ReadOnlySpan<byte> block, int first, int second)
    {
        int slot = SlotOf(ref RowAt(block, first), first);
        _slots[SlotOf(ref RowAt(block, second), second)] = first + 1;
        _slots[slot] = second + 1;
    }

    private static ref byte RowAt(ReadOnlySpan<byte> block, int place) =>
        ref MemoryMarshal.GetReference(block.Slice(TLayout.Offset(place, block.Length), TLayout.Stride));

    private int SlotOf(ref byte row, int place)
    {
        int at = HomeOf(ref row);
        while (_slots[at] != place + 1) at = Next(at);
        return at;
    }

    private int Next(int at) => (at + 1) & (_slots.Length - 1);

    private int HomeOf(ref byte row)
    {
        ReadOnlySpan<byte> wire = MemoryMarshal.CreateReadOnlySpan(ref row, TLayout.WireLength);
        ulong high = wire.Length > sizeof(ulong) ? MemoryMarshal.Read<ulong>(wire[sizeof(ulong)..]) : 0;
        ushort port = MemoryMarshal.Read<ushort>(wire[^sizeof(ushort)..]);
        ulong low = wire.Length > sizeof(ulong) ? MemoryMarshal.Read<ulong>(wire) : MemoryMarshal.Read<uint>(wire);
        return (int)hasher.Of(low, high, port) & (_slots.Length - 1);
    }

    private ref ushort HostOf(ref byte row) =>
        ref _hosts[(int)hasher.Of(TLayout.Host(ref row)) & (_hosts.Length - 1)];
}
