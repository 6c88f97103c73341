using System.Net;
using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Ways to meet other than one dial over IPv4 to whom the tracker named.</summary>
public sealed class ConnectionTests
{
    private const int PieceBytes = 64 * 1024;

    [Theory]
    [InlineData("libtorrent", "shoal")]
    [InlineData("shoal", "libtorrent")]
    [InlineData("rtorrent", "shoal")]
    [InlineData("shoal", "rtorrent")]
    public async Task Two_that_dial_each_other_at_once_move_a_file(string seederName, string downloaderName)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using Client seeder = Create(seederName, LoopbackAddress.Next());
        await using Client downloader = Create(downloaderName, LoopbackAddress.Next());
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.SingleFile(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline);

        await Task.WhenAll(
            seeder.SeedAsync(
                new TransferJob(torrent.Path, folder.File("from")) { Peers = [downloader.Address] }, deadline),
            downloader.GetAsync(
                new TransferJob(torrent.Path, folder.Folder("to")) { Peers = [seeder.Address] }, deadline));

        Assert.Empty(SampleContent.Differences(content, folder.File("to")));
    }

    [Theory]
    [InlineData("libtorrent", "shoal")]
    [InlineData("shoal", "libtorrent")]
    public async Task Shoal_and_another_client_meet_over_IPv6(string seederName, string downloaderName)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using Client seeder = Create(seederName, IPAddress.IPv6Loopback);
        await using Client downloader = Create(downloaderName, IPAddress.IPv6Loopback);
        // Over IPv4 only, so out of reach of both: they know each other by what they are told.
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.SingleFile(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), "hybrid", PieceBytes, tracker.Url, deadline);

        await seeder.SeedAsync(new TransferJob(torrent.Path, folder.File("from")), deadline);
        await downloader.GetAsync(
            new TransferJob(torrent.Path, folder.Folder("to")) { Peers = [seeder.Address] }, deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to")));
    }

    [Theory]
    [InlineData("libtorrent", "shoal")]
    [InlineData("shoal", "libtorrent")]
    [InlineData("shoal", "aria2")]
    [InlineData("rtorrent", "shoal")]
    public async Task A_private_torrent_moves_between_those_whom_its_tracker_names(
        string seederName, string downloaderName)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using Client seeder = Create(seederName, LoopbackAddress.Next());
        await using Client downloader = Create(downloaderName, LoopbackAddress.Next());
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = SampleContent.SingleFile(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline, "--private");

        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, new TransferJob(torrent.Path, folder.Folder("to")),
            deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to")));
    }

    private static Client Create(string name, IPAddress host) => name switch
    {
        "shoal" => new ShoalClient { Host = host },
        "libtorrent" => new LibtorrentClient { Host = host },
        "rtorrent" => new RtorrentClient { Host = host },
        "aria2" => new Aria2Client { Host = host },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such client"),
    };
}
