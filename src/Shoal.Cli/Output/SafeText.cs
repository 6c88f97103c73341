using System.Globalization;
using System.Text;

namespace Shoal.Cli.Output;

/// <summary>
/// Makes text from outside fit for a terminal: no control characters, which could move the cursor or change the
/// title, nothing that turns the reading direction or hides characters, and a bounded length.
/// </summary>
internal static class SafeText
{
    /// <summary>Longest text that is shown; names of files have at most 255 bytes on common systems.</summary>
    public const int MaxChars = 300;

    private const char Replacement = '\uFFFD';
    private const char Ellipsis = '…';

    /// <summary>The text with everything harmful replaced by U+FFFD, cut at <see cref="MaxChars"/>.</summary>
    public static string Clean(string text)
    {
        bool cut = text.Length > MaxChars;
        StringBuilder clean = new(cut ? MaxChars : text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length >= MaxChars) break;
            if (IsHarmful(rune)) clean.Append(Replacement);
            else clean.Append(rune.ToString());
        }
        return cut ? clean.Append(Ellipsis).ToString() : clean.ToString();
    }

    /// <summary>Cleans, and cuts to a number of terminal columns.</summary>
    public static string Fit(string text, int columns)
    {
        string clean = Clean(text);
        if (Columns(clean) <= columns) return clean;
        StringBuilder fitted = new();
        int used = 0;
        foreach (Rune rune in clean.EnumerateRunes())
        {
            int width = Columns(rune);
            if (used + width > columns - 1) break;
            fitted.Append(rune.ToString());
            used += width;
        }
        return columns <= 0 ? "" : fitted.Append(Ellipsis).ToString();
    }

    /// <summary>Terminal columns that a text takes.</summary>
    public static int Columns(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes()) columns += Columns(rune);
        return columns;
    }

    /// <summary>Terminal columns that a text takes whose colours are control sequences.</summary>
    public static int PrintedColumns(string text)
    {
        int columns = 0;
        bool isInSequence = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == '\e') isInSequence = true;
            else if (!isInSequence) columns += Columns(rune);
            else if (rune.IsAscii && char.IsAsciiLetter((char)rune.Value)) isInSequence = false;
        }
        return columns;
    }

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Zero-width joiners (U+200C, U+200D) are part of words in several scripts and of emoji.
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D or 0x00AD),
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        _ => false,
    };

    // Wide characters by the ranges of Unicode's East Asian Width (UAX #11), coarsely: enough to align a table.
    private static int Columns(Rune rune) => rune.Value switch
    {
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format => 0,
        >= 0x1100 and <= 0x115F => 2,
        >= 0x2E80 and <= 0xA4CF => 2,
        >= 0xAC00 and <= 0xD7A3 => 2,
        >= 0xF900 and <= 0xFAFF => 2,
        >= 0xFE30 and <= 0xFE6F => 2,
        >= 0xFF00 and <= 0xFF60 => 2,
        >= 0xFFE0 and <= 0xFFE6 => 2,
        >= 0x1F300 and <= 0x1FAFF => 2,
        >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };
}
