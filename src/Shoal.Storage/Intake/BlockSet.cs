using System.Numerics;
using Shoal.Protocol;

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

    /// <summary>Adds those of a run of blocks that are not in the set.</summary>
    public void Include(BlockSpan run)
    {
        for (int i = 0; i < run.BlockCount; i++)
            if (!this[run.FirstBlock + i]) Add(run.FirstBlock + i, 1);
    }

    /// <summary>Adds the runs of blocks that are here and not in another set of the same piece to a list.</summary>
    public void AddRuns(PieceGeometry geometry, PieceIndex piece, ICollection<BlockSpan> runs, BlockSet? without = null)
    {
        int count = geometry.BlockCount(piece);
        for (int block = 0; block < count; block++)
        {
            int first = block;
            while (block < count && this[block] && without?[block] != true) block++;
            if (block == first) continue;
            int begin = first * PieceGeometry.BlockLength;
            int end = Math.Min(block * PieceGeometry.BlockLength, geometry.PayloadLength(piece));
            runs.Add(new BlockSpan(piece, begin, end - begin));
        }
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

    /// <summary>Takes over the content of a set of the same capacity.</summary>
    public void CopyFrom(BlockSet other)
    {
        other._words.CopyTo(_words, 0);
        Count = other.Count;
    }

    public void Clear()
    {
        Array.Clear(_words);
        Count = 0;
    }
}
