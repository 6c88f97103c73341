using System.Numerics;

namespace Shoal.Storage.Intake;

/// <summary>Which blocks of a piece have come so far.</summary>
internal sealed class BlockSet(int capacity)
{
    private readonly ulong[] _words = new ulong[(capacity + 63) / 64];

    /// <summary>Number of blocks in the set.</summary>
    public int Count { get; private set; }

    public bool this[int block] => (_words[block >> 6] & (1UL << (block & 63))) != 0;

    public bool HasAny(int first, int count)
    {
        for (int i = first; i < first + count; i++)
            if (this[i]) return true;
        return false;
    }

    public void Add(int first, int count)
    {
        for (int i = first; i < first + count; i++) _words[i >> 6] |= 1UL << (i & 63);
        Count += count;
    }

    /// <summary>
    /// The first block from <paramref name="from"/> on that is not in the set, at most <paramref name="end"/>.
    /// </summary>
    public int NextMissing(int from, int end)
    {
        for (int i = from >> 6; i < _words.Length; i++)
        {
            ulong missing = ~_words[i];
            if (i == from >> 6) missing &= ulong.MaxValue << (from & 63);
            if (missing != 0) return Math.Min(end, (i << 6) + BitOperations.TrailingZeroCount(missing));
        }
        return end;
    }

    public void Clear()
    {
        Array.Clear(_words);
        Count = 0;
    }
}
