namespace Shoal.Cli.Json;

/// <summary>A tracker answers.</summary>
/// <param name="Url">Its announce URL.</param>
/// <param name="Port">Of HTTP and UDP, also when 0 asked for a free one.</param>
internal sealed record TrackerStartedEvent(string Url, int Port) : JsonRecord("tracker_started")
{
    /// <summary>Its announce URL over UDP; null when it does not answer there.</summary>
    public string? UdpUrl { get; init; }

    /// <summary>Its announce URL over HTTPS; null when it has no certificate.</summary>
    public string? HttpsUrl { get; init; }
}
