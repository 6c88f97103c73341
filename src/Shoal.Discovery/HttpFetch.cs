using System.Net;
using System.Net.Sockets;
using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>What to get over HTTP, and within what limits.</summary>
internal sealed record HttpFetch
{
    /// <summary>An http or https URL.</summary>
    public required Uri Url { get; init; }

    /// <summary>
    /// Path and query as they were named, before parameters of ours were added; the policy judges these.
    /// </summary>
    public required string PolicyPath { get; init; }

    /// <summary>Who named the URL.</summary>
    public required AddressOrigin Origin { get; init; }

    /// <summary>What the answer is for.</summary>
    public required AddressUseKind Use { get; init; }

    /// <summary>The server in a sentence, without secrets: "The tracker at http://example.org".</summary>
    public required string Who { get; init; }

    /// <summary>Bytes of the body at the most, after decompression.</summary>
    public required int MaxBytes { get; init; }

    /// <summary>Time for everything together.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>The only family to connect over; unspecified, the default, tries all addresses in turn.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary>The addresses of the URL's host where they are known already; null to look them up.</summary>
    public IReadOnlyList<IPAddress>? Addresses { get; init; }
}
