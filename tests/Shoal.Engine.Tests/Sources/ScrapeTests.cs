using Shoal.Discovery.Tests;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Sources;

/// <summary>How large a swarm is, asked without joining it.</summary>
public sealed class ScrapeTests
{
    private static readonly TestTorrent Content =
        TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("content.bin", 100_000));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Every_tracker_of_the_torrent_answers_for_itself()
    {
        byte[] answer =
        [
            .. "d5:filesd20:"u8, .. Content.Info.Hashes.V1!.Value.ToArray(),
            .. "d8:completei5e10:downloadedi50e10:incompletei10eeee"u8,
        ];
        await using ScriptedHttpServer good = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(answer));
        await using ScriptedHttpServer bad =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response("", "500 Internal Server Error"));
        string[] urls = [$"http://127.0.0.1:{good.Port}/announce", $"http://127.0.0.1:{bad.Port}/announce"];
        var source = new TorrentSource.Parsed(Content.Metainfo with { Trackers = [[urls[0]], [urls[1], urls[0]]] });
        IReadOnlyList<TrackerScrape> scrapes =
            await TorrentEngine.ScrapeAsync(source, trustsAddresses: true, cancellationToken: Cancel);
        Assert.Equal(new TrackerScrape(urls[0], 5, 10, 50, null), scrapes[0]);
        Assert.Equal(2, scrapes.Count);
        Assert.Null(scrapes[1].Seeds);
        Assert.Contains("500", scrapes[1].Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_stranger_names_on_this_machine_is_asked_only_at_the_path_of_a_tracker()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response("de"));
        var source = new TorrentSource.Parsed(
            Content.Metainfo with { Trackers = [[$"http://127.0.0.1:{server.Port}/x/announce"]] });
        TrackerScrape scrape =
            Assert.Single(await TorrentEngine.ScrapeAsync(source, cancellationToken: Cancel));
        Assert.NotNull(scrape.Error);
        Assert.Empty(server.Requests);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_torrent_without_trackers_has_nobody_to_ask() =>
        Assert.Empty(await TorrentEngine.ScrapeAsync(
            new TorrentSource.Parsed(Content.Metainfo), cancellationToken: Cancel));
}
