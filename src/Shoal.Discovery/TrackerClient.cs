using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>Talks to trackers of every supported scheme.</summary>
public sealed class TrackerClient : ITrackerClient
{
    private readonly HttpTrackerClient _http;
    private readonly UdpTrackerClient _udp;

    /// <summary>A client for http, https and udp.</summary>
    public TrackerClient(TrackerClientOptions options)
    {
        _http = new HttpTrackerClient(options);
        _udp = new UdpTrackerClient(options);
    }

    /// <inheritdoc/>
    public Task<AnnounceOutcome> AnnounceAsync(
        TrackerSource tracker, AnnounceRequest request, CancellationToken cancellationToken) =>
        For(tracker)?.AnnounceAsync(tracker, request, cancellationToken)
        ?? Task.FromResult(AnnounceOutcome.Failed(Unsupported(tracker)));

    /// <inheritdoc/>
    public Task<ScrapeOutcome> ScrapeAsync(
        TrackerSource tracker, IReadOnlyList<InfoHash> hashes, CancellationToken cancellationToken) =>
        For(tracker)?.ScrapeAsync(tracker, hashes, cancellationToken)
        ?? Task.FromResult(new ScrapeOutcome(null, Unsupported(tracker)));

    private ITrackerClient? For(TrackerSource tracker) => tracker.Url.Scheme switch
    {
        "http" or "https" => _http,
        "udp" => _udp,
        _ => null,
    };

    private static string Unsupported(TrackerSource tracker) =>
        $"Trackers of the scheme {tracker.Url.Scheme} are not supported; http, https and udp are.";
}
