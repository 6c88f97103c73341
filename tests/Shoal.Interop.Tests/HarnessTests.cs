using Shoal.Clients;

[assembly: AssemblyFixture(typeof(Shoal.Interop.Tests.InteropFixture))]

namespace Shoal.Interop.Tests;

/// <summary>The other clients among themselves: when one of these fails, the harness is wrong and not Shoal.</summary>
public sealed class HarnessTests
{
    [Theory]
    [InlineData("libtorrent", "aria2")]
    [InlineData("aria2", "rtorrent")]
    [InlineData("rtorrent", "libtorrent")]
    [InlineData("libtorrent", "transmission")]
    [InlineData("transmission", "libtorrent")]
    public async Task A_foreign_pair_moves_a_folder(string seederName, string downloaderName)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.NestedFolder(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), "v1", 65536, tracker.Url, deadline);
        await using Client seeder = ForeignClients.Create(seederName);
        await using Client downloader = ForeignClients.Create(downloaderName);

        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, new TransferJob(torrent.Path, folder.Folder("to")),
            deadline);

        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
    }
}
