namespace Shoal.Cli.Parsing;

/// <summary>
/// A file name pattern: <c>*</c> stands for any characters but a slash, <c>**</c> for any at all, <c>?</c> for one
/// that is not a slash. Letter case does not matter. A pattern without a slash is compared with every element of a
/// path, one with a slash with the path from its start; a folder that matches takes in all that is below it.
/// </summary>
internal sealed class Glob
{
    private const char Star = '*';
    private const char DoubleStar = '\uE000';
    private readonly string _pattern;
    private readonly bool _wholePath;

    /// <summary>Takes the pattern as typed; a leading slash is allowed and means nothing.</summary>
    public Glob(string pattern)
    {
        Text = pattern;
        _wholePath = pattern.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        // One character for each wildcard keeps the matcher to a single loop.
        _pattern = pattern.Trim('/').Replace("**", DoubleStar.ToString(), StringComparison.Ordinal).ToUpperInvariant();
    }

    /// <summary>The pattern as typed.</summary>
    public string Text { get; }

    /// <summary>Compares a path with forward slashes.</summary>
    public bool Matches(string path)
    {
        ReadOnlySpan<char> upper = path.ToUpperInvariant();
        for (int start = 0; start <= upper.Length;)
        {
            int slash = upper[start..].IndexOf('/');
            int end = slash < 0 ? upper.Length : start + slash;
            if (MatchesExactly(_wholePath ? upper[..end] : upper[start..end])) return true;
            start = end + 1;
        }
        return false;
    }

    // Row by row over the pattern: reached[i] tells that the pattern so far matches the first i characters. The time
    // is the product of both lengths whatever the pattern is.
    private bool MatchesExactly(ReadOnlySpan<char> text)
    {
        bool[] reached = new bool[text.Length + 1];
        reached[0] = true;
        foreach (char token in _pattern)
        {
            if (token is Star or DoubleStar)
            {
                for (int i = 1; i <= text.Length; i++)
                    reached[i] |= reached[i - 1] && (token == DoubleStar || text[i - 1] != '/');
                continue;
            }
            for (int i = text.Length; i > 0; i--)
                reached[i] = reached[i - 1] && (token == text[i - 1] || (token == '?' && text[i - 1] != '/'));
            reached[0] = false;
        }
        return reached[text.Length];
    }
}
