using System.Globalization;

namespace Shoal.Cli.Parsing;

/// <summary>
/// Sizes and rates as people type them: <c>500KiB</c>, <c>10MB</c>, <c>2M</c>, <c>1.5GiB</c>, <c>4096</c>.
/// KiB, MiB and so on are powers of 1024, and so are the bare letters as in dd, aria2 and wget; KB, MB and so on
/// are powers of 1000.
/// </summary>
internal static class ByteQuantity
{
    private const string Letters = "KMGTP";

    /// <summary>Smallest piece that BEP 52 allows.</summary>
    private const long MinPieceBytes = 16 << 10;

    /// <summary>Largest piece that libtorrent and this engine load.</summary>
    private const long MaxPieceBytes = 512 << 20;

    /// <summary>Reads a number of bytes of at least 0.</summary>
    public static bool TrySize(string text, out long value, out string expected)
    {
        expected = "a size such as 500KiB, 10MB or 2G";
        return TryBytes(text, out value);
    }

    /// <summary>Reads bytes per second; <c>0</c> and <c>unlimited</c> both mean no limit.</summary>
    public static bool TryRate(string text, out long value, out string expected)
    {
        expected = "a rate such as 500KiB, 10MB or 2M (bytes per second)";
        value = 0;
        if (text.Equals("unlimited", StringComparison.OrdinalIgnoreCase)) return true;
        return TryBytes(text.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text, out value);
    }

    /// <summary>Reads a piece size: a power of two from 16 KiB to 512 MiB, or <c>auto</c> as 0.</summary>
    public static bool TryPieceSize(string text, out int value, out string expected)
    {
        expected = "a piece size: a power of two from 16KiB to 512MiB, or auto";
        value = 0;
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase)) return true;
        if (!TryBytes(text, out long bytes) || bytes is < MinPieceBytes or > MaxPieceBytes || !long.IsPow2(bytes))
            return false;
        value = (int)bytes;
        return true;
    }

    private static bool TryBytes(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        text = text.Trim();
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.')) end++;
        NumberFormatInfo invariant = NumberFormatInfo.InvariantInfo;
        if (!decimal.TryParse(text[..end], NumberStyles.AllowDecimalPoint, invariant, out decimal number)
            || !TryUnit(text[end..].Trim(), out long unit)
            || number > long.MaxValue / unit)
            return false;
        value = (long)(number * unit);
        return true;
    }

    private static bool TryUnit(ReadOnlySpan<char> unit, out long bytes)
    {
        bytes = 1;
        if (unit.IsEmpty || unit.Equals("B", StringComparison.OrdinalIgnoreCase)) return true;
        int power = Letters.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal) + 1;
        ReadOnlySpan<char> rest = unit[1..];
        bool binary = rest.IsEmpty || rest.Equals("i", StringComparison.OrdinalIgnoreCase)
            || rest.Equals("iB", StringComparison.OrdinalIgnoreCase);
        if (power == 0 || (!binary && !rest.Equals("B", StringComparison.OrdinalIgnoreCase))) return false;
        for (int i = 0; i < power; i++) bytes *= binary ? 1024 : 1000;
        return true;
    }
}
