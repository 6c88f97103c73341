using System.Collections.Immutable;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// The order of files in a v2 torrent (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>): element
/// by element, each by the bytes of its UTF-8 form, as the keys of the file tree are sorted.
/// </summary>
public sealed class TorrentPathOrder : IComparer<ImmutableArray<string>>
{
    private TorrentPathOrder()
    {
    }

    /// <summary>The one order.</summary>
    public static TorrentPathOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(ImmutableArray<string> x, ImmutableArray<string> y)
    {
        int common = Math.Min(x.Length, y.Length);
        for (int i = 0; i < common; i++)
        {
            int order = CompareElements(x[i], y[i]);
            if (order != 0) return order;
        }
        return x.Length - y.Length;
    }

    private static int CompareElements(string x, string y)
    {
        int same = x.AsSpan().CommonPrefixLength(y);
        if (same == x.Length || same == y.Length) return x.Length - y.Length;
        char a = x[same], b = y[same];
        // The bytes of UTF-8 sort as code points do. Those from U+10000 on are surrogate pairs in a string, whose
        // numbers are less than those of U+E000 to U+FFFF; they come after every other character.
        if (char.IsSurrogate(a) != char.IsSurrogate(b)) return char.IsSurrogate(a) ? 1 : -1;
        return a - b;
    }
}
