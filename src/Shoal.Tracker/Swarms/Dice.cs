namespace Shoal.Tracker.Swarms;

/// <summary>
/// Random numbers for the choice of peers: xorshift64* of Marsaglia and Vigna, three shifts and a multiplication, where
/// thirty of them go into each reply.
/// </summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed | 1;

    /// <summary>A number from <paramref name="from"/> up to, and without, <paramref name="to"/>.</summary>
    public int Next(int from, int to)
    {
        ulong x = _state;
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        _state = x;
        uint bits = (uint)(x * 0x2545f4914f6cdd1d >> 32);
        return from + (int)((ulong)bits * (uint)(to - from) >> 32);
    }
}
