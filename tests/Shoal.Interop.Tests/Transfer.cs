using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Plays a case of the matrix to its end and compares every byte.</summary>
internal static class Transfer
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>Another client has it, libtorrent has made the torrent, Shoal gets it.</summary>
    public static async Task ToShoalAsync(TransferCase test)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = test.WriteContent(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), test.Format, PieceBytes, tracker.Url, deadline);
        await using Client seeder = ForeignClients.Create(test.Client);
        await using Client downloader = new ShoalClient();
        await RunAsync(test, folder, tracker, content, torrent, seeder, downloader, deadline);
    }

    /// <summary>Shoal has it and makes the torrent, another client gets it.</summary>
    public static async Task FromShoalAsync(TransferCase test)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = test.WriteContent(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), test.Format, PieceBytes, tracker.Url, deadline);
        await using Client seeder = new ShoalClient();
        await using Client downloader = ForeignClients.Create(test.Client);
        await RunAsync(test, folder, tracker, content, torrent, seeder, downloader, deadline);
    }

    private static async Task RunAsync(
        TransferCase test,
        TemporaryFolder folder,
        ShoalTracker tracker,
        string content,
        TestTorrent torrent,
        Client seeder,
        Client downloader,
        CancellationToken deadline)
    {
        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, test.Job(torrent, downloader, folder.Folder("to")),
            deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
    }
}
