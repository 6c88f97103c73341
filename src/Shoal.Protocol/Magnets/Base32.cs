namespace Shoal.Protocol.Magnets;

/// <summary>
/// The base32 of <see href="https://www.rfc-editor.org/rfc/rfc4648#section-6">RFC 4648</see>, in which old magnet links
/// write info-hashes: each digit is five bits, high bits first.
/// </summary>
internal static class Base32
{
    private const int HashDigits = InfoHash.Length * 8 / 5;

    /// <summary>Reads the 32 digits of an info-hash, of either case.</summary>
    public static bool TryRead(ReadOnlySpan<char> digits, out InfoHash hash)
    {
        hash = default;
        if (digits.Length != HashDigits) return false;
        Span<byte> bytes = stackalloc byte[InfoHash.Length];
        uint bits = 0;
        int held = 0, at = 0;
        foreach (char c in digits)
        {
            int digit = c switch
            {
                >= 'A' and <= 'Z' => c - 'A',
                >= 'a' and <= 'z' => c - 'a',
                >= '2' and <= '7' => c - '2' + 26,
                _ => -1,
            };
            if (digit < 0) return false;
            bits = (bits << 5) | (uint)digit;
            held += 5;
            if (held < 8) continue;
            held -= 8;
            bytes[at++] = (byte)(bits >> held);
        }
        hash = new InfoHash(bytes);
        return true;
    }
}
