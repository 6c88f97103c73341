using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Shoal has it and makes the torrent, another client gets it.</summary>
public sealed class ShoalToOthersTests
{
    private const int PieceBytes = 64 * 1024;

    [Theory]
    [MemberData(nameof(TransferCase.All), false, MemberType = typeof(TransferCase))]
    public async Task Another_client_gets_from_shoal(TransferCase test)
    {
        CancellationToken deadline = Deadline.Start(test.Client);
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = test.WriteContent(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), test.Format, PieceBytes, tracker.Url, deadline);
        await using Client seeder = new ShoalClient();
        await using Client downloader = ForeignClients.Create(test.Client);

        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, test.Job(torrent, downloader, folder.Folder("to")),
            deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
    }
}
