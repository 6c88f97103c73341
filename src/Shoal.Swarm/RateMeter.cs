using System.Runtime.CompilerServices;

namespace Shoal.Swarm;

/// <summary>
/// Bytes per second over the last five seconds, and the total. A mutable struct of fixed size: keep it in a field
/// that is not readonly.
/// </summary>
/// <remarks>
/// <code>
///   | 0.5 s | 0.5 s | ... | 0.5 s | the slot being filled |     a ring of ten; rate = full slots and the begun one
/// </code>
/// </remarks>
public struct RateMeter
{
    private const int SlotCount = 10;
    private const long SlotTicks = TimeSpan.TicksPerSecond / 2;

    private Slots _slots;
    private long _sum;
    private long _firstSlot;
    private long _slot;

    /// <summary>All bytes ever added.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Counts bytes at a time that does not lie before that of an earlier call.</summary>
    public void Add(TimeSpan now, long bytes)
    {
        Advance(now);
        _slots[(int)(_slot % SlotCount)] += bytes;
        _sum += bytes;
        TotalBytes += bytes;
    }

    /// <summary>
    /// The mean rate of the last five seconds, or of the time since the first bytes when that is shorter; half a
    /// second at least, so that the first block does not look like a torrent of them.
    /// </summary>
    public long BytesPerSecond(TimeSpan now)
    {
        if (TotalBytes == 0) return 0;
        Advance(now);
        long begin = Math.Max(_firstSlot, _slot - SlotCount + 1) * SlotTicks;
        long age = Math.Max(now.Ticks - begin, SlotTicks);
        return (long)(_sum * ((double)TimeSpan.TicksPerSecond / age));
    }

    private void Advance(TimeSpan now)
    {
        long slot = Math.Max(0, now.Ticks) / SlotTicks;
        if (TotalBytes == 0)
        {
            _slot = slot;
            _firstSlot = slot;
            return;
        }
        for (long steps = Math.Min(slot - _slot, SlotCount); steps > 0; steps--)
        {
            ref long oldest = ref _slots[(int)((slot - steps + 1) % SlotCount)];
            _sum -= oldest;
            oldest = 0;
        }
        _slot = Math.Max(_slot, slot);
    }

    [InlineArray(SlotCount)]
    private struct Slots
    {
        private long _first;
    }
}
