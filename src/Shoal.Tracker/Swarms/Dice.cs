using System.Runtime.CompilerServices;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Random numbers for the choice of peers: xorshift64* of Marsaglia and Vigna, three shifts and a multiplication, where
/// fifteen of them go into each reply.
/// </summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed | 1;

    /// <summary>Sixty-four random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits()
    {
        ulong x = _state;
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        _state = x;
        return x * 0x2545f4914f6cdd1d;
    }

    /// <summary>A number from <paramref name="from"/> up to, and without, <paramref name="to"/>.</summary>
    public int Next(int from, int to) => Among(NextBits(), from, to);

    /// <summary>The number in a range that the upper half of some random bits stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Among(ulong bits, int from, int to) => from + (int)((bits >> 32) * (uint)(to - from) >> 32);
}
