using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>
/// Talks to trackers. A tracker that is down, wrong or forbidden is a value; only cancellation throws. Members may be
/// used from any thread.
/// </summary>
public interface ITrackerClient
{
    /// <summary>Announces once, over each address family that the tracker has (BEP 7).</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<AnnounceOutcome> AnnounceAsync(
        TrackerSource tracker, AnnounceRequest request, CancellationToken cancellationToken);

    /// <summary>Asks for the figures of some torrents.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<ScrapeOutcome> ScrapeAsync(
        TrackerSource tracker, IReadOnlyList<InfoHash> hashes, CancellationToken cancellationToken);
}
