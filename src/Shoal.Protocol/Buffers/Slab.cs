using System.Diagnostics;

namespace Shoal.Protocol.Buffers;

/// <summary>
/// A reference-counted piece of pinned memory. Who rents one holds its first reference; each slice that outlives the
/// holder's turn takes one more, and whoever releases the last returns the memory to its pool. The array lies on the
/// pinned heap, so that the operating system can read and write it without a handle per call.
/// </summary>
public sealed class Slab
{
    private readonly SlabPool _pool;
    private int _references;

    internal Slab(SlabPool pool, int length)
    {
        _pool = pool;
        Array = GC.AllocateUninitializedArray<byte>(length, pinned: true);
    }

    /// <summary>The bytes.</summary>
    public byte[] Array { get; }

    /// <summary>Number of bytes.</summary>
    public int Length => Array.Length;

    /// <summary>Takes one more reference, which must be released.</summary>
    public void Retain()
    {
        int references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "A slab is retained only while somebody holds it.");
    }

    /// <summary>Gives up one reference; the last one returns the memory to its pool.</summary>
    public void Release()
    {
        int references = Interlocked.Decrement(ref _references);
        if (references == 0) _pool.Return(this);
        else if (references < 0) ThrowReleasedTwice();
    }

    internal void Rent() => _references = 1;

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void ThrowReleasedTwice() =>
        throw new InvalidOperationException("A slab was released more often than it was retained.");
}
