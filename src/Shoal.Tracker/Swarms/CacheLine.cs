using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Asks the memory for what will be read a little later, and does not wait for it. Where processors are told in another
/// way than on x86 it does nothing.
/// </summary>
internal static unsafe class CacheLine
{
    /// <summary>Bytes that come together, on the processors that are told here.</summary>
    private const int Length = 64;

    /// <summary>Asks for the line of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch<T>(ref T value)
    {
        // The address may be wrong by the time it is used, when the collector has moved things: it is a hint only.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref value));
    }

    /// <summary>Asks for the first bytes of a span.</summary>
    public static void Prefetch(ReadOnlySpan<byte> bytes, int count)
    {
        count = Math.Min(count, bytes.Length);
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        for (int at = 0; at < count; at += Length) Prefetch(ref Unsafe.Add(ref first, at));
    }
}
