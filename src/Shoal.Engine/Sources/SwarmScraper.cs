using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Engine.Sources;

/// <summary>Asks the trackers of a torrent how large its swarm is, all of them side by side.</summary>
internal sealed class SwarmScraper(ITrackerClient client)
{
    /// <summary>The answers, in the order in which the trackers are named. It fails only by its results.</summary>
    /// <param name="source">The torrent; its trackers beyond those that an announcer takes are left out.</param>
    /// <param name="origin">Who named the trackers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<IReadOnlyList<TrackerScrape>> ScrapeAsync(
        ResolvedSource source, AddressOrigin origin, CancellationToken cancellationToken)
    {
        var trackers = new List<TrackerSource>();
        foreach (string url in source.Trackers.SelectMany(tier => tier).Distinct())
            if (trackers.Count < AnnounceSchedule.MaxTrackers && TrackerSource.TryParse(url, origin, out var tracker))
                trackers.Add(tracker);
        return await Task.WhenAll(trackers.Select(tracker =>
            ScrapeAsync(tracker, source.Hashes, cancellationToken))).ConfigureAwait(false);
    }

    private async Task<TrackerScrape> ScrapeAsync(
        TrackerSource tracker, TorrentHashes hashes, CancellationToken cancellationToken)
    {
        var asked = new List<InfoHash>();
        if (hashes.V1 is { } v1) asked.Add(v1);
        if (hashes.V2 is { } v2) asked.Add(v2.Truncated);
        ScrapeOutcome outcome = await client.ScrapeAsync(tracker, asked, cancellationToken).ConfigureAwait(false);
        if (outcome.Entries is not { } entries)
            return new TrackerScrape(tracker.Masked, null, null, null, outcome.Error);
        // A tracker leaves out what it does not know. The two hashes of a hybrid are two swarms with the same members,
        // more or less, so the larger one counts.
        int seeds = 0, leeches = 0, downloads = 0;
        foreach (ScrapeEntry entry in entries)
        {
            seeds = Math.Max(seeds, entry.Complete);
            leeches = Math.Max(leeches, entry.Incomplete);
            downloads = Math.Max(downloads, entry.Downloaded);
        }
        return new TrackerScrape(tracker.Masked, seeds, leeches, downloads, null);
    }
}
