using System.Globalization;
using System.Text;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// Makes text that a stranger sent fit to be shown: in a terminal it moves no cursor and changes no colour, beside
/// other text it cannot reorder it, and in a page it opens no tag.
/// </summary>
public static class DisplayText
{
    // A sequence that changes a terminal is rarely longer; this bounds what is looked at for a short result.
    private const int InspectedPerShown = 8;

    private const char Escape = '\u001b';
    private const char ControlSequenceIntroducer = '\u009b';

    /// <summary>
    /// Decodes UTF-8 and keeps what is harmless: bytes that are not UTF-8 become U+FFFD; control and formatting
    /// characters (bidirectional marks among them), private ones, whole terminal sequences and the characters
    /// <c>&lt; &gt; &amp; " ' `</c> are left out.
    /// </summary>
    /// <param name="utf8">The text as received, of any length.</param>
    /// <param name="maxChars">UTF-16 units that the result has at the most; no character is cut in two.</param>
    public static string Of(ReadOnlySpan<byte> utf8, int maxChars)
    {
        int inspected = (int)Math.Min(utf8.Length, (long)maxChars * InspectedPerShown);
        ReadOnlySpan<byte> rest = utf8[..inspected];
        var text = new StringBuilder(Math.Min(inspected, maxChars));
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            rest = rest[used..];
            if (rune.Value is Escape or ControlSequenceIntroducer) rest = rest[SequenceLength(rune.Value, rest)..];
            else if (!IsShown(rune)) continue;
            else if (text.Length + rune.Utf16SequenceLength > maxChars) break;
            else text.Append(rune.ToString());
        }
        return text.ToString().Trim();
    }

    private static bool IsShown(Rune rune) =>
        rune.Value is not ('<' or '>' or '&' or '"' or '\'' or '`')
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    // ESC [ or CSI, parameters 0x20 to 0x3f, one final byte; ESC ] up to BEL or ESC; ESC and one byte otherwise
    // (ECMA-48).
    private static int SequenceLength(int introducer, ReadOnlySpan<byte> rest)
    {
        int at = 0;
        if (introducer == Escape)
        {
            if (rest.IsEmpty) return 0;
            if (rest[0] == (byte)']')
            {
                int end = rest.IndexOfAny((byte)0x07, (byte)Escape);
                return end < 0 ? rest.Length : end + 1;
            }
            if (rest[0] != (byte)'[') return rest[0] < 0x80 ? 1 : 0;
            at = 1;
        }
        while (at < rest.Length && rest[at] is >= 0x20 and <= 0x3f) at++;
        return at < rest.Length && rest[at] is >= 0x40 and <= 0x7e ? at + 1 : at;
    }
}
