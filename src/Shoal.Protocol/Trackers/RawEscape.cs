using System.Text;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// Percent-escapes over raw bytes (<see href="https://www.rfc-editor.org/rfc/rfc3986#section-2.1">RFC 3986</see>). An
/// info-hash in a query is no text: decoding it as UTF-8, or '+' as a space, destroys it.
/// </summary>
internal static class RawEscape
{
    /// <summary>Appends the bytes, with all but the unreserved characters as %XX.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
                text.Append((char)b);
            else
                text.Append('%').Append(HexDigit(b >> 4)).Append(HexDigit(b & 15));
        }
    }

    /// <summary>
    /// Resolves the escapes of <paramref name="escaped"/> into <paramref name="destination"/>. '+' stays '+'.
    /// </summary>
    /// <returns>False for a broken escape or when the result does not fit.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> escaped, Span<byte> destination, out int written)
    {
        written = 0;
        for (int i = 0; i < escaped.Length; i++)
        {
            int value = escaped[i];
            if (value == '%')
            {
                if (escaped.Length - i < 3) return false;
                int high = Nibble(escaped[i + 1]);
                int low = Nibble(escaped[i + 2]);
                if (high < 0 || low < 0) return false;
                value = high << 4 | low;
                i += 2;
            }
            if (written == destination.Length) return false;
            destination[written++] = (byte)value;
        }
        return true;
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static int Nibble(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
