using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The program that a peer id belongs to, for people
/// (<see href="https://www.bittorrent.org/beps/bep_0020.html">BEP 20</see>). Nothing depends on it: ids are chosen
/// freely. A client that sent its name in the extension handshake is called by that.
/// </summary>
public static class ClientName
{
    private static readonly FrozenDictionary<string, string> AzureusStyle = new Dictionary<string, string>
    {
        ["7T"] = "aTorrent",
        ["AG"] = "Ares",
        ["AR"] = "Arctic",
        ["AZ"] = "Vuze",
        ["BB"] = "BitBuddy",
        ["BC"] = "BitComet",
        ["BI"] = "BiglyBT",
        ["BT"] = "BitTorrent",
        ["BW"] = "BitTorrent Web",
        ["DE"] = "Deluge",
        ["FD"] = "Free Download Manager",
        ["FL"] = "FlashGet",
        ["GT"] = "anacrolix/torrent",
        ["HL"] = "Halite",
        ["KG"] = "KGet",
        ["KT"] = "KTorrent",
        ["LT"] = "libtorrent",
        ["LW"] = "LimeWire",
        ["MO"] = "MonoTorrent",
        ["PI"] = "PicoTorrent",
        ["RN"] = "rain",
        ["SD"] = "Thunder",
        ["SH"] = "Shoal",
        ["TL"] = "Tribler",
        ["TR"] = "Transmission",
        ["TX"] = "Tixati",
        ["UM"] = "µTorrent for Mac",
        ["UT"] = "µTorrent",
        ["UW"] = "µTorrent Web",
        ["WD"] = "WebTorrent Desktop",
        ["WW"] = "WebTorrent",
        ["XL"] = "Xunlei",
        ["lt"] = "libTorrent (rTorrent)",
        ["qB"] = "qBittorrent",
        ["rQ"] = "rqbit",
    }.ToFrozenDictionary();

    /// <summary>
    /// Name and version, such as <c>qBittorrent 5.2.3</c>; for an unknown code the id's printable beginning, and
    /// <c>unknown</c> when there is none. Only printable ASCII and µ, and short.
    /// </summary>
    public static string Of(PeerId id)
    {
        Span<byte> bytes = stackalloc byte[PeerId.Length];
        id.CopyTo(bytes);
        return OfAzureusStyle(bytes) ?? OfDashedStyle(bytes) ?? OfPrintable(bytes);
    }

    // -XX1234- and twelve bytes of anything.
    private static string? OfAzureusStyle(ReadOnlySpan<byte> id)
    {
        if (id[0] != '-' || id[7] != '-') return null;
        foreach (byte b in id[1..7])
            if (!char.IsAsciiLetterOrDigit((char)b)) return null;
        string code = Encoding.ASCII.GetString(id[1..3]);
        return $"{AzureusStyle.GetValueOrDefault(code, code)} {Version(id[3..7])}";
    }

    // Letters and digits are numbers in base 36; zeros at the end are left out as far as the second number.
    private static string Version(ReadOnlySpan<byte> digits)
    {
        int shown = digits.Length;
        while (shown > 2 && digits[shown - 1] == '0') shown--;
        var text = new StringBuilder();
        foreach (byte digit in digits[..shown])
        {
            if (text.Length > 0) text.Append('.');
            int value = char.IsAsciiDigit((char)digit) ? digit - '0' : char.ToUpperInvariant((char)digit) - 'A' + 10;
            text.Append(CultureInfo.InvariantCulture, $"{value}");
        }
        return text.ToString();
    }

    // aria2 writes A2-1-37-0-, the first client M7-10-5--: a code and numbers between dashes.
    private static string? OfDashedStyle(ReadOnlySpan<byte> id)
    {
        string? name = id.StartsWith("A2-"u8) ? "aria2"
            : id[0] == 'M' && char.IsAsciiDigit((char)id[1]) ? "BitTorrent"
            : null;
        if (name is null) return null;
        ReadOnlySpan<byte> numbers = name == "aria2" ? id[3..] : id[1..];
        int end = 0;
        while (end < numbers.Length && (numbers[end] == '-' || char.IsAsciiDigit((char)numbers[end]))) end++;
        numbers = numbers[..end];
        int close = numbers.IndexOf("--"u8);
        if (close < 0) close = Math.Max(numbers.LastIndexOf((byte)'-'), 0);
        ReadOnlySpan<byte> version = numbers[..close];
        return version.IsEmpty ? name : $"{name} {Encoding.ASCII.GetString(version).Replace('-', '.')}";
    }

    private static string OfPrintable(ReadOnlySpan<byte> id)
    {
        int length = 0;
        while (length < 8 && id[length] is > 0x20 and < 0x7f && id[length] is not ((byte)'<' or (byte)'>' or (byte)'&'
            or (byte)'"' or (byte)'\'' or (byte)'`')) length++;
        return length < 3 ? "unknown" : Encoding.ASCII.GetString(id[..length]);
    }
}
