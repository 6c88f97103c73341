using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Discovery;

/// <summary>Settings that the clients of trackers share.</summary>
public sealed record TrackerClientOptions
{
    /// <summary>The address to speak from; null, the default, leaves it to the system and uses both families.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>
    /// Who must have signed the certificates of HTTPS trackers; null, the default, trusts whom the system trusts.
    /// </summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>The clock of all deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How names become addresses; the system's resolver by default.</summary>
    public NameLookup Lookup { get; init; } = static (host, cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken);

    /// <summary>Time for one HTTP exchange with all its redirects; libtorrent's tracker timeout.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Times that a UDP request is sent before the tracker counts as dead. The waits are 15, 30, 60… seconds (BEP 15,
    /// which goes on to eight); with two the next tracker has its turn after 45 seconds, and this one comes again.
    /// </summary>
    public int UdpAttempts { get; init; } = 2;
}
