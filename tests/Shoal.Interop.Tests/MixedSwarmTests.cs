using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Many kinds of clients on one torrent at the same time.</summary>
public sealed class MixedSwarmTests
{
    private const int PieceBytes = 64 * 1024;

    [Fact]
    public Task One_shoal_seeder_serves_three_other_clients() =>
        RunAsync("shoal", ["libtorrent", "aria2", "rtorrent"]);

    [Fact]
    public Task One_other_seeder_serves_three_shoals_and_two_other_clients() =>
        RunAsync("libtorrent", ["shoal", "aria2", "shoal", "rtorrent", "shoal"]);

    private static async Task RunAsync(string seederName, string[] downloaderNames)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = SampleContent.NestedFolder(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline);
        await using Client seeder = Create(seederName);
        await seeder.SeedAsync(new TransferJob(torrent.Path, folder.File("from")), deadline);
        await tracker.PeersAsync(torrent, seeders: 1, others: 0, deadline);

        await Task.WhenAll(downloaderNames.Select(async (name, i) =>
        {
            await using Client downloader = Create(name);
            string to = folder.Folder($"to-{i}");
            await downloader.GetAsync(new TransferJob(torrent.Path, to), deadline);
            Assert.Empty(SampleContent.Differences(content, to, downloader.MakesEmptyFiles));
        }));
    }

    private static Client Create(string name) => name == "shoal" ? new ShoalClient() : ForeignClients.Create(name);
}
