using System.Collections.Immutable;
using System.Globalization;

namespace Shoal.Cli.Parsing;

/// <summary>Parts of a torrent as people type them: shares of the whole and lists of piece numbers.</summary>
internal static class PieceParts
{
    /// <summary>Highest piece number: the most pieces that a torrent may have, less one.</summary>
    private const int MaxPieceNumber = 0x200000 - 1;

    /// <summary>Reads <c>0-20%,40-60%</c> into fractions from 0 to 1.</summary>
    public static bool TryShares(string text, out ImmutableArray<(double From, double To)> value, out string expected)
    {
        expected = "a list of shares such as 0-20%,40-60%";
        ImmutableArray<(double, double)>.Builder shares = ImmutableArray.CreateBuilder<(double, double)>();
        value = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!part.EndsWith('%')) return false;
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0 || !TryPercent(part.AsSpan(0, dash).TrimEnd('%'), out double from)
                || !TryPercent(part.AsSpan(dash + 1).TrimEnd('%'), out double to) || from >= to)
                return false;
            shares.Add((from / 100, to / 100));
        }
        value = shares.ToImmutable();
        return true;
    }

    /// <summary>Reads <c>3,7,12-15</c>: piece numbers from 0.</summary>
    public static bool TryNumbers(string text, out ImmutableSortedSet<int> value, out string expected)
    {
        expected = "a list of piece numbers such as 3,7,12-15";
        ImmutableSortedSet<int>.Builder numbers = ImmutableSortedSet.CreateBuilder<int>();
        value = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryRange(part, out int first, out int last) || last > MaxPieceNumber) return false;
            for (int number = first; number <= last; number++) numbers.Add(number);
        }
        value = numbers.ToImmutable();
        return true;
    }

    /// <summary>Reads <c>7</c> or <c>3-9</c>.</summary>
    public static bool TryRange(ReadOnlySpan<char> text, out int first, out int last)
    {
        int dash = text.IndexOf('-');
        last = 0;
        if (dash < 0) return TryNumber(text, out first) && (last = first) >= 0;
        return TryNumber(text[..dash], out first) && TryNumber(text[(dash + 1)..], out last) && first <= last;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryPercent(ReadOnlySpan<char> text, out double percent) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent)
        && percent is >= 0 and <= 100;
}
