namespace Shoal.Protocol.Addresses;

/// <summary>
/// How far an address reaches, nearest first. The order carries meaning: a message that came from further away may not
/// send us to something nearer (see docs/decisions/0001-addresses.md).
/// </summary>
public enum AddressScope
{
    /// <summary>Nothing can be reached there: unspecified, multicast, broadcast or reserved.</summary>
    Unusable = 0,

    /// <summary>This machine: 127.0.0.0/8 and ::1.</summary>
    Loopback = 1,

    /// <summary>This network segment: 169.254.0.0/16 and fe80::/10. Clouds keep their metadata services here.</summary>
    LinkLocal = 2,

    /// <summary>This site: RFC 1918, shared addresses of carriers (100.64.0.0/10), benchmarks, fc00::/7.</summary>
    Private = 3,

    /// <summary>The public internet.</summary>
    Global = 4,
}
