using Shoal.Protocol.Trackers;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Http;

/// <summary>A request that waits for the store.</summary>
/// <param name="Announce">The question of an announce.</param>
/// <param name="From">Where it came from.</param>
/// <param name="Door">How it came.</param>
/// <param name="IsCompact">True when peers go as strings of bytes.</param>
/// <param name="Entries">The question of a scrape; null for an announce.</param>
internal readonly record struct HttpDeferral(
    SwarmAnnounce Announce, HostAddress From, Door Door, bool IsCompact, ScrapeEntry[]? Entries);
