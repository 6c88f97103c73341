using System.Net;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>How one announce went, for people and logs.</summary>
/// <param name="Tracker">URL of the tracker without secrets.</param>
/// <param name="Event">What it was told.</param>
/// <param name="Peers">Peers that it named.</param>
/// <param name="Seeds">Peers that have everything, as it says; null when it does not.</param>
/// <param name="Leeches">Peers that do not, as it says; null when it does not.</param>
/// <param name="Warning">Its remark, safe to show; null when it made none.</param>
/// <param name="Error">One sentence that says why there was no answer; null when there was one.</param>
public sealed record AnnounceReport(
    string Tracker, AnnounceEvent Event, int Peers, int? Seeds, int? Leeches, string? Warning, string? Error)
{
    /// <summary>Our own addresses as the tracker saw them; empty when it does not tell.</summary>
    public IReadOnlyList<IPAddress> OwnAddresses { get; init; } = [];
}
