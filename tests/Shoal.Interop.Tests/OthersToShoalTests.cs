using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Another client has it, libtorrent has made the torrent, Shoal gets it.</summary>
public sealed class OthersToShoalTests
{
    private const int PieceBytes = 64 * 1024;

    [Theory]
    [MemberData(nameof(TransferCase.All), true, MemberType = typeof(TransferCase))]
    public async Task Shoal_gets_from_another_client(TransferCase test)
    {
        CancellationToken deadline = Deadline.Start(test.Client);
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = test.WriteContent(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), test.Format, PieceBytes, tracker.Url, deadline);
        await using Client seeder = ForeignClients.Create(test.Client);
        await using Client downloader = new ShoalClient();

        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, test.Job(torrent, downloader, folder.Folder("to")),
            deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
    }
}
