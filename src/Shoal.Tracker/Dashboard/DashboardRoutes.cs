using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Api;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Dashboard;

/// <summary>The page at / and the figures that it shows.</summary>
/// <param name="service">What the figures are of.</param>
/// <param name="files">Number of files in the catalogue.</param>
internal sealed class DashboardRoutes(AnnounceService service, Func<int> files)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ApiRoute> All =>
    [
        // Who does not ask for a page, as curl, gets the line of text of the tracker itself.
        new("GET", "/", Writes: false, _ => Task.FromResult(DashboardPage.Reply))
        {
            When = request => request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal),
        },
        new("GET", "/stats", Writes: false, _ => Task.FromResult(
            ApiReply.Json(Figures(), CatalogueJson.Default.TrackerFigures))),
    ];

    private TrackerFigures Figures()
    {
        StoreTotals totals = service.Store.Totals;
        TrackerMetrics metrics = service.Metrics;
        return new TrackerFigures
        {
            UptimeSeconds = (long)service.Now.TotalSeconds,
            Torrents = service.Store.Swarms,
            Seeders = totals.Complete,
            Leechers = totals.Incomplete,
            Files = files(),
            Announces = metrics.AnswersOf(RequestKind.Announce),
            Scrapes = metrics.AnswersOf(RequestKind.Scrape),
            Refusals = metrics.Refusals,
            Clients = service.Clients.List(),
            Errors = ErrorsOf(metrics),
        };
    }

    private static NamedCount[] ErrorsOf(TrackerMetrics metrics) =>
    [
        .. Enum.GetValues<RefusalReason>()
            .Select(reason => new NamedCount
            {
                Name = RefusalText.LabelOf(reason).Replace('_', ' '),
                Count = Enum.GetValues<Door>().Sum(door => metrics.RefusalsOf(door, reason)),
            })
            .Append(new NamedCount { Name = "dropped datagrams", Count = metrics.Dropped.Value })
            .Where(c => c.Count > 0).OrderByDescending(c => c.Count),
    ];
}
