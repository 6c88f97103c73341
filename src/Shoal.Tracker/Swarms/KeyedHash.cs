using System.Buffers.Binary;
using Shoal.Protocol;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Hashes for tables whose keys strangers choose. Each process draws its own key, so nobody can prepare keys that fall
/// into one slot. Two multiplications to 128 bits, folded: good enough for a table, not for a signature.
/// </summary>
internal readonly struct KeyedHash
{
    private readonly ulong _first;
    private readonly ulong _second;

    public KeyedHash(Random random) => (_first, _second) =
        ((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue));

    public ulong Of(InfoHash hash)
    {
        Span<byte> bytes = stackalloc byte[InfoHash.Length];
        hash.CopyTo(bytes);
        return Of(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]));
    }

    public ulong Of(ulong a, ulong b = 0, ulong c = 0)
    {
        // Odd constants with bits all over, so that a key of zeros still mixes; the first digits of pi.
        const ulong Pi1 = 0x243f6a8885a308d3;
        const ulong Pi2 = 0x13198a2e03707345;
        ulong x = Fold(a ^ _first, b ^ Pi1);
        return Fold(x ^ _second, c ^ Pi2);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
