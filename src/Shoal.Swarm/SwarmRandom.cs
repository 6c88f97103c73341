using System.Numerics;

namespace Shoal.Swarm;

/// <summary>
/// The one source of chance in a torrent's brain. Seeded, so that a simulated swarm repeats exactly; the brain owns
/// it and every part draws from the same sequence. Not for secrets.
/// </summary>
/// <remarks>
/// xoshiro256** by Blackman and Vigna, filled from the seed with splitmix64, as its authors advise
/// (<see href="https://prng.di.unimi.it/">description</see>).
/// </remarks>
public sealed class SwarmRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Starts a sequence; equal seeds give equal sequences, and every seed is good, 0 too.</summary>
    public SwarmRandom(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    /// <param name="bound">At least 1.</param>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        // Scaling the high 32 bits is biased by at most bound / 2^32, which no choice of pieces or peers can show.
        return (int)(((NextBits() >> 32) * (ulong)bound) >> 32);
    }

    /// <summary>Puts the items into a random order.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9e37_79b9_7f4a_7c15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }
}
