using System.Globalization;
using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Api;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Dashboard;

/// <summary>
/// The torrents that are announced, named or not. Who knows an info-hash can join its swarm, so this goes to those who
/// get the figures of the tracker too, and not to everybody.
/// </summary>
/// <param name="service">Has the figures.</param>
/// <param name="memory">What this node was told itself.</param>
/// <param name="catalogue">Has the names.</param>
internal sealed class TorrentRoutes(AnnounceService service, SwarmStore memory, FileCatalogue catalogue)
{
    private const int DefaultPage = 50;

    private readonly TopSwarms _top = new(memory, service.Options.Time);

    /// <summary>All of them.</summary>
    public IReadOnlyList<ApiRoute> All => [new("GET", "/torrents", Writes: false, ListAsync)];

    private async Task<ApiReply> ListAsync(ApiRequest request)
    {
        if (!IsFor(request.Asker.Address))
            return ApiReply.Error(HttpStatusCode.Forbidden,
                "The list of torrents is for those in the tracker's own network; see --metrics.");
        int limit = DefaultPage;
        bool isNumber = request["limit"] is not { } text
            || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit);
        if (!isNumber || limit > TopSwarms.Kept)
            return ApiReply.Error(HttpStatusCode.BadRequest, $"limit must be from 0 to {TopSwarms.Kept}.");
        InfoHash[] hashes = [.. _top.List().Take(limit)];
        ScrapeEntry[] swarms = Array.ConvertAll(hashes, hash => new ScrapeEntry(hash, 0, 0, 0));
        if (!service.Store.TryScrape(swarms)) await service.Store.ScrapeAsync(swarms).ConfigureAwait(false);
        IReadOnlyList<CatalogueFile?> files = catalogue.FilesOf(hashes);
        // They have changed since they were found.
        TorrentEntry[] torrents = [.. swarms.Select((swarm, i) => Entry(swarm, files[i], request.Asker))
            .Where(t => t.Seeders + t.Leechers > 0).OrderByDescending(t => t.Seeders + t.Leechers)];
        return ApiReply.Json(
            new TorrentList { Torrents = torrents, Count = torrents.Length, Total = service.Store.Swarms },
            CatalogueJson.Default.TorrentList);
    }

    private bool IsFor(IPAddress from) => service.Options.Metrics switch
    {
        MetricsAudience.Everybody => true,
        MetricsAudience.Nobody => false,
        _ => from.Scope() != AddressScope.Global,
    };

    private static TorrentEntry Entry(in ScrapeEntry swarm, CatalogueFile? file, Asker asker) => new()
    {
        InfoHash = swarm.InfoHash.ToString(),
        FileName = file?.Name,
        FileHash = file?.Hash,
        Magnet = new MagnetLink
        {
            Hashes = new TorrentHashes(swarm.InfoHash, null),
            Name = file?.Name,
            Trackers = asker.AnnounceUrl is { } url ? [url] : [],
        }.ToString(),
        Seeders = swarm.Complete, Leechers = swarm.Incomplete, Completed = swarm.Downloaded,
        Health = Health.Of(swarm.Complete, swarm.Incomplete),
    };
}
