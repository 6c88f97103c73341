using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>How a scrape ended. Exactly one of the two is set.</summary>
/// <param name="Entries">What the tracker knows of the torrents asked for; null on failure.</param>
/// <param name="Error">One sentence that says why there is no answer; null on success.</param>
public sealed record ScrapeOutcome(IReadOnlyList<ScrapeEntry>? Entries, string? Error);
