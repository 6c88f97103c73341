using Shoal.Protocol.Buffers;

namespace Shoal.Storage.Intake;

/// <summary>Bytes of a piece that wait for the disk; its slab is retained.</summary>
internal readonly struct QueuedBlock(int begin, SlabSlice slice) : IComparable<QueuedBlock>
{
    public int Begin { get; } = begin;

    public SlabSlice Slice { get; } = slice;

    public int End => Begin + Slice.Length;

    public int CompareTo(QueuedBlock other) => Begin.CompareTo(other.Begin);
}
