using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Shoal.Cli.Parsing;

/// <summary>
/// Addresses as people type them: <c>host:6881</c>, <c>192.0.2.7:6881</c>, <c>[2001:db8::1]:6881</c>.
/// </summary>
internal static class HostPort
{
    /// <summary>Longest name that DNS has (RFC 1035 §2.3.4).</summary>
    private const int MaxHostChars = 253;

    /// <summary>Reads a host and a port from 1 to 65535.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out DnsEndPoint value, out string expected)
    {
        expected = "an address such as host:6881 or [2001:db8::1]:6881";
        value = null;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryPort(text.AsSpan(colon + 1), lowest: 1, out int port)) return false;
        string host = text[..colon];
        if (host[0] == '[')
        {
            if (host[^1] != ']' || !IPAddress.TryParse(host[1..^1], out IPAddress? v6)
                || v6.AddressFamily != AddressFamily.InterNetworkV6)
                return false;
            value = new DnsEndPoint(v6.ToString(), port);
            return true;
        }
        if (host.Length > MaxHostChars || Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
            return false;
        value = new DnsEndPoint(host, port);
        return true;
    }

    /// <summary>Reads a port to listen on; 0 asks for a free one.</summary>
    public static bool TryListenPort(string text, out int value, out string expected)
    {
        expected = "a port from 0 to 65535";
        return TryPort(text, lowest: 0, out value);
    }

    /// <summary>Reads an IPv4 or IPv6 address, with or without brackets.</summary>
    public static bool TryAddress(string text, [MaybeNullWhen(false)] out IPAddress value, out string expected)
    {
        expected = "an IP address of this machine such as 192.0.2.7 or ::1";
        if (text.Equals("localhost", StringComparison.OrdinalIgnoreCase)) text = "127.0.0.1";
        // IPAddress reads "1" as 0.0.0.1; nobody who types that means it.
        bool looksLikeOne = text.AsSpan().IndexOfAny('.', ':') >= 0;
        value = null;
        return looksLikeOne && IPAddress.TryParse(text, out value);
    }

    private static bool TryPort(ReadOnlySpan<char> text, int lowest, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
        && port >= lowest && port <= IPEndPoint.MaxPort;
}
