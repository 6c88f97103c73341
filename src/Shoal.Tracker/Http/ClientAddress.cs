using System.Net;
using System.Text;
using Shoal.Protocol.Addresses;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Http;

/// <summary>
/// Whose request it is: the address it came from, or, when that is a proxy that is trusted, the last address in the
/// header by which the proxy tells its client's. Whoever else sends such a header is not believed.
/// </summary>
internal sealed class ClientAddress(string? header, IReadOnlyList<IPNetwork> proxies)
{
    /// <summary>Characters of an address with a port and brackets.</summary>
    private const int MaxChars = 64;

    private readonly byte[] _header = Encoding.ASCII.GetBytes(header ?? "");

    /// <summary>Name of the header; empty when no proxy is believed.</summary>
    public ReadOnlySpan<byte> HeaderBytes => _header;

    /// <summary>Name of the header; null when no proxy is believed.</summary>
    public string? Header => header;

    /// <summary>The client's address.</summary>
    /// <param name="source">Where the connection came from.</param>
    /// <param name="told">What the header says last; empty when it is absent.</param>
    public HostAddress Of(HostAddress source, ReadOnlySpan<byte> told)
    {
        if (told.IsEmpty || header is null || !IsProxy(source)) return source;
        return TryRead(told, out HostAddress address) ? address : source;
    }

    /// <summary>The last of several addresses in a header that may occur several times.</summary>
    public static string LastOf(string? values) =>
        values is null ? "" : values[(values.LastIndexOf(',') + 1)..].Trim();

    private bool IsProxy(HostAddress source)
    {
        if (proxies.Count == 0) return source.Scope == AddressScope.Loopback;
        IPAddress address = source.ToIPAddress();
        foreach (IPNetwork network in proxies)
            if (network.Contains(address))
                return true;
        return false;
    }

    private static bool TryRead(ReadOnlySpan<byte> told, out HostAddress address)
    {
        address = default;
        if (told.Length > MaxChars) return false;
        Span<char> text = stackalloc char[MaxChars];
        text = text[..Encoding.Latin1.GetChars(told, text)];
        // Some proxies add the port.
        if (!IPAddress.TryParse(text, out IPAddress? parsed))
        {
            if (!IPEndPoint.TryParse(text, out IPEndPoint? endPoint)) return false;
            parsed = endPoint.Address;
        }
        address = new HostAddress(parsed);
        return true;
    }
}
