using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// Tells chunks apart by how many endpoints hold them, at a cost that depends on ranges, not on chunks.
/// </summary>
internal static class ChunkRarity
{
    /// <summary>Groups of equally rare chunks, the rarest first; those that nobody holds are the rarest.</summary>
    /// <param name="holdings">What each endpoint holds.</param>
    /// <param name="count">Chunks of the file.</param>
    public static IReadOnlyList<RareChunks> Of(IEnumerable<ChunkSet> holdings, int count)
    {
        // Where a range begins one more holds the chunks from there on, where it ends one less.
        var steps = new SortedDictionary<int, int> { [0] = 0, [count] = 0 };
        foreach ((int first, int end) in holdings.SelectMany(h => h.Below(count).Ranges))
        {
            steps[first] = steps.GetValueOrDefault(first) + 1;
            steps[end] = steps.GetValueOrDefault(end) - 1;
        }
        var groups = new SortedDictionary<int, List<(int, int)>>();
        int holders = 0;
        int from = 0;
        foreach ((int at, int step) in steps)
        {
            if (at > from)
            {
                if (!groups.TryGetValue(holders, out List<(int, int)>? ranges)) groups[holders] = ranges = [];
                ranges.Add((from, at));
            }
            holders += step;
            from = at;
        }
        return [.. groups.Take(CatalogueLimits.MaxRareGroups).Select(g => GroupOf(g.Key, g.Value))];
    }

    private static RareChunks GroupOf(int holders, List<(int First, int End)> ranges)
    {
        ChunkSet? chunks = ChunkSet.Of(ranges.Take(ChunkSet.MaxRanges));
        return new RareChunks
        {
            Holders = holders, Count = ranges.Sum(r => r.End - r.First), Chunks = chunks?.ToString() ?? "",
        };
    }
}
