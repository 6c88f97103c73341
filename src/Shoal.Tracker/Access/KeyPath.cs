namespace Shoal.Tracker.Access;

/// <summary>
/// Where the key of a private tracker stands in an announce URL: /KEY/announce or, as other trackers have it,
/// /announce/KEY; behind it may be a query.
/// </summary>
internal static class KeyPath
{
    /// <summary>The key in a path with or without a query; empty when there is none.</summary>
    public static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> path)
    {
        int mark = path.IndexOf((byte)'?');
        return TrySplit(mark < 0 ? path : path[..mark], out _, out ReadOnlySpan<byte> key) ? key : default;
    }

    /// <summary>Takes a path apart.</summary>
    /// <param name="path">The path without its query.</param>
    /// <param name="word">The word announce or scrape, without an ending such as .php.</param>
    /// <param name="key">The key; empty when there is none.</param>
    /// <returns>False when the path is of neither form.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> word, out ReadOnlySpan<byte> key)
    {
        word = key = default;
        if (path.IsEmpty || path[0] != '/') return false;
        path = path[1..];
        int slash = path.IndexOf((byte)'/');
        ReadOnlySpan<byte> first = slash < 0 ? path : path[..slash];
        ReadOnlySpan<byte> second = slash < 0 ? default : path[(slash + 1)..];
        if (IsWord(first, out word))
        {
            key = second;
            return key.IndexOf((byte)'/') < 0;
        }
        key = first;
        return !first.IsEmpty && IsWord(second, out word);
    }

    private static bool IsWord(ReadOnlySpan<byte> segment, out ReadOnlySpan<byte> word)
    {
        if (segment.EndsWith(".php"u8)) segment = segment[..^4];
        word = segment;
        return segment.SequenceEqual("announce"u8) || segment.SequenceEqual("scrape"u8);
    }
}
