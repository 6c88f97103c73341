using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>A tracker of a torrent, and who named it: that decides where it may be.</summary>
/// <param name="Url">An absolute http, https or udp URL.</param>
/// <param name="Origin">The user, or the torrent that a stranger wrote.</param>
public sealed record TrackerSource(Uri Url, AddressOrigin Origin)
{
    /// <summary>The URL without secrets, for logs and screens.</summary>
    public string Masked => TrackerUrl.Mask(Url);

    /// <summary>Reads the URL of a tracker; false when it is none that can be announced to.</summary>
    public static bool TryParse(string url, AddressOrigin origin, [NotNullWhen(true)] out TrackerSource? tracker)
    {
        tracker = url.Length <= TrackerUrl.MaxLength
            && Uri.TryCreate(url.Trim(), UriKind.Absolute, out Uri? parsed)
            && parsed.Host.Length > 0
            && (parsed.Scheme is "http" or "https" || (parsed.Scheme is "udp" && parsed.Port > 0))
            ? new TrackerSource(parsed, origin)
            : null;
        return tracker is not null;
    }
}
