using System.Collections.Concurrent;

namespace Shoal.Protocol.Buffers;

/// <summary>
/// Slabs of one size, kept for the next renter. It keeps at most <see cref="MaxIdle"/> of them, so a burst does not
/// hold its memory for ever; <see cref="Outstanding"/> lets tests fail on a leak.
/// </summary>
public sealed class SlabPool(int slabLength, int maxIdle)
{
    private readonly ConcurrentBag<Slab> _idle = [];
    private int _idleCount;
    private int _outstanding;

    /// <summary>Bytes in each slab.</summary>
    public int SlabLength => slabLength;

    /// <summary>Number of slabs kept for reuse at the most.</summary>
    public int MaxIdle => maxIdle;

    /// <summary>Number of slabs that are rented now.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>A slab with one reference, which the caller releases. Its content is arbitrary.</summary>
    public Slab Rent()
    {
        Interlocked.Increment(ref _outstanding);
        if (_idle.TryTake(out Slab? slab)) Interlocked.Decrement(ref _idleCount);
        else slab = new Slab(this, slabLength);
        slab.Rent();
        return slab;
    }

    internal void Return(Slab slab)
    {
        Interlocked.Decrement(ref _outstanding);
        if (Interlocked.Increment(ref _idleCount) <= maxIdle) _idle.Add(slab);
        else Interlocked.Decrement(ref _idleCount);
    }
}
