namespace Shoal.Tracker.Metrics;

/// <summary>The protocol and address family that a request came by.</summary>
internal enum Door
{
    /// <summary>HTTP over IPv4.</summary>
    Http4 = 0,

    /// <summary>HTTP over IPv6.</summary>
    Http6,

    /// <summary>HTTPS over IPv4.</summary>
    Https4,

    /// <summary>HTTPS over IPv6.</summary>
    Https6,

    /// <summary>UDP over IPv4.</summary>
    Udp4,

    /// <summary>UDP over IPv6.</summary>
    Udp6,
}
