using System.Globalization;

namespace Shoal.Cli.Parsing;

/// <summary>
/// Spans of time as people type them: <c>30</c> (seconds), <c>500ms</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>.
/// </summary>
internal static class Duration
{
    /// <summary>Longest span: a year, far inside what every timer takes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Reads a span of more than no time.</summary>
    public static bool TryParse(string text, out TimeSpan value, out string expected)
    {
        expected = "a time such as 30s, 5m or 1h30m";
        value = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            if (!TryPart(ref rest, out TimeSpan part)) return false;
            value += part;
            if (value > Longest) return false;
        }
        return value > TimeSpan.Zero;
    }

    private static bool TryPart(ref ReadOnlySpan<char> rest, out TimeSpan part)
    {
        part = TimeSpan.Zero;
        int digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
        int end = digits;
        while (end < rest.Length && char.IsAsciiLetter(rest[end])) end++;
        NumberFormatInfo invariant = NumberFormatInfo.InvariantInfo;
        if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, invariant, out double number))
            return false;
        double seconds = rest[digits..end] switch
        {
            "ms" => 0.001,
            "" or "s" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => double.NaN,
        };
        double total = number * seconds;
        if (!(total <= Longest.TotalSeconds)) return false;
        part = TimeSpan.FromSeconds(total);
        rest = rest[end..];
        return true;
    }
}
