using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Catalogue;

/// <summary>The figures of some swarms.</summary>
/// <param name="figures">They by info-hash; one that is not in it has none.</param>
internal readonly struct SwarmTable(IReadOnlyDictionary<InfoHash, ScrapeEntry> figures)
{
    /// <summary>The figures of a file's swarm, or of the two of a hybrid.</summary>
    public ScrapeEntry Of(CatalogueFile file)
    {
        // Clients announce a hybrid under both hashes, so the larger figure is the number of peers, not the sum.
        ScrapeEntry best = default;
        foreach (InfoHash hash in CatalogueText.SwarmsOf(file.InfoHash, file.InfoHashV2))
        {
            ScrapeEntry swarm = figures.GetValueOrDefault(hash);
            best = new ScrapeEntry(
                hash, Math.Max(best.Complete, swarm.Complete), Math.Max(best.Downloaded, swarm.Downloaded),
                Math.Max(best.Incomplete, swarm.Incomplete));
        }
        return best;
    }
}
