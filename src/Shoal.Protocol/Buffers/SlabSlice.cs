namespace Shoal.Protocol.Buffers;

/// <summary>Some bytes of a slab. It does not count as a reference; who keeps it retains the slab.</summary>
/// <param name="Slab">The memory.</param>
/// <param name="Offset">Offset of the first byte in the slab.</param>
/// <param name="Length">Number of bytes.</param>
public readonly record struct SlabSlice(Slab Slab, int Offset, int Length)
{
    /// <summary>The bytes, valid while a reference to the slab is held.</summary>
    public ReadOnlySpan<byte> Span => Slab.Array.AsSpan(Offset, Length);

    /// <summary>The bytes, valid while a reference to the slab is held.</summary>
    public ReadOnlyMemory<byte> Memory => Slab.Array.AsMemory(Offset, Length);
}
