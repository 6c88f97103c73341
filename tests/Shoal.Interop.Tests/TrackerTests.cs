using System.Net;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Other clients find each other through Shoal's tracker; nothing else of Shoal is in it.</summary>
public sealed class TrackerTests
{
    private const int PieceBytes = 64 * 1024;

    [Theory]
    [InlineData("http", "aria2", "rtorrent")]
    [InlineData("http", "transmission", "libtorrent")]
    [InlineData("udp", "rtorrent", "libtorrent")]
    [InlineData("udp", "aria2", "libtorrent")]
    [InlineData("udp", "transmission", "libtorrent")]
    public async Task A_foreign_pair_finds_each_other(string scheme, string seederName, string downloaderName)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline, scheme);
        string content = SampleContent.NestedFolder(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline);
        await using Client seeder = Create(seederName, scheme);
        await using Client downloader = Create(downloaderName, scheme);

        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, new TransferJob(torrent.Path, folder.Folder("to")),
            deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
        await tracker.AnsweredAsync(scheme, "announce", 2, deadline);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    public async Task Libtorrent_scrapes_and_reads_the_figures(string scheme)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline, scheme);
        TestTorrent torrent = await TorrentAsync(tracker, folder, deadline);
        await tracker.AnnounceSeedAsync(torrent, deadline);

        await using ClientProcess scrape = ClientProcess.Start(folder.Folder("home"),
            LibtorrentClient.Command("scrape", torrent.Path, "--dir", folder.Folder("to")));
        string line = await scrape.LineAsync(l => l.Contains("\"scraped\"", StringComparison.Ordinal), deadline);

        using JsonDocument said = JsonDocument.Parse(line);
        Assert.Equal(1, said.RootElement.GetProperty("complete").GetInt32());
        await tracker.AnsweredAsync(scheme, "scrape", 1, deadline);
    }

    // An announce over HTTP tells it all that a scrape would, so that it scrapes only for torrents that do not run: for
    // each after a time that it draws, three minutes at the most, of which the least of many is a moment.
    [Fact]
    public async Task Transmission_scrapes_over_http_and_reads_the_figures()
    {
        const int Torrents = 40;
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        TestTorrent torrent = await TorrentAsync(tracker, folder, deadline);
        List<TransferJob> jobs = [];
        for (int i = 0; i < Torrents; i++)
        {
            TestTorrent other = torrent.Renamed(folder.File($"{i}.torrent"), i);
            await tracker.AnnounceSeedAsync(other, deadline);
            jobs.Add(new TransferJob(other.Path, folder.Folder("to")));
        }
        await using var transmission = new TransmissionClient();

        await transmission.PauseAsync(jobs, deadline);

        await tracker.AnsweredAsync("http", "scrape", 1, deadline);
        await Eventually.HoldsAsync(
            async () => await transmission.ScrapedSeedersAsync(deadline) == 1, deadline, "one seeder in its list");
    }

    // Over UDP an announce does not tell how many have downloaded.
    [Fact]
    public async Task Transmission_scrapes_over_udp()
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline, "udp");
        TestTorrent torrent = await TorrentAsync(tracker, folder, deadline);
        await using var transmission = new TransmissionClient();

        await transmission.SeedAsync(new TransferJob(torrent.Path, folder.File("from")), deadline);

        await tracker.AnsweredAsync("udp", "scrape", 1, deadline);
    }

    // It scrapes over HTTP alone, and as Transmission only where it does not announce.
    [Fact]
    public async Task Rtorrent_scrapes()
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        TestTorrent torrent = await TorrentAsync(tracker, folder, deadline);
        await using var rtorrent = new RtorrentClient();

        rtorrent.Pause(new TransferJob(torrent.Path, folder.Folder("to")));

        await tracker.AnsweredAsync("http", "scrape", 1, deadline);
    }

    // Over UDP these two ask from whichever address the system takes, and are listed at that.
    private static Client Create(string name, string scheme) => (name, scheme) switch
    {
        ("aria2", "udp") => new Aria2Client { AsksUdp = true, Host = IPAddress.Loopback },
        ("rtorrent", "udp") => new RtorrentClient { Host = IPAddress.Loopback },
        _ => ForeignClients.Create(name),
    };

    private static Task<TestTorrent> TorrentAsync(
        ShoalTracker tracker, TemporaryFolder folder, CancellationToken deadline) =>
        TestTorrent.ByLibtorrentAsync(SampleContent.SingleFile(folder.Folder("from")), folder.File("x.torrent"),
            "v1", PieceBytes, tracker.Url, deadline);
}
