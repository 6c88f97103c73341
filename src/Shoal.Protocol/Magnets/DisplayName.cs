using System.Globalization;
using System.Text;

namespace Shoal.Protocol.Magnets;

/// <summary>Makes a stranger's name safe to print.</summary>
internal static class DisplayName
{
    /// <summary>Characters that are kept; no file system takes longer names.</summary>
    private const int MaxLength = 255;

    /// <summary>
    /// The name without control characters, which move a terminal's cursor, and without invisible ones, which turn text
    /// around; null when nothing is left.
    /// </summary>
    public static string? Clean(string name)
    {
        var clean = new StringBuilder(Math.Min(name.Length, MaxLength));
        foreach (Rune rune in name.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator) continue;
            if (clean.Length + rune.Utf16SequenceLength > MaxLength) break;
            clean.Append(rune.ToString());
        }
        string result = clean.ToString().Trim();
        return result.Length == 0 ? null : result;
    }
}
