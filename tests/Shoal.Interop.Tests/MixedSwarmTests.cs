using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Many kinds of clients on one torrent at the same time.</summary>
public sealed class MixedSwarmTests
{
    private const int PieceBytes = 64 * 1024;

    [Fact]
    public Task One_shoal_seeder_serves_three_other_clients() =>
        RunAsync(["shoal"], ["libtorrent", "aria2", "rtorrent"]);

    [Fact]
    public Task One_other_seeder_serves_three_shoals_and_two_other_clients() =>
        RunAsync(["libtorrent"], ["shoal", "aria2", "shoal", "rtorrent", "shoal"]);

    [Fact]
    public Task Three_other_seeders_serve_one_shoal() => RunAsync(["libtorrent", "aria2", "rtorrent"], ["shoal"]);

    [Fact]
    public async Task Shoals_that_hold_different_parts_serve_three_other_clients_together()
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = SampleContent.NestedFolder(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline);
        var seed = new TransferJob(torrent.Path, folder.File("from"));
        await using var first = new ShoalClient { Options = ["--have", "0-55%"] };
        await using var second = new ShoalClient { Options = ["--have", "45-100%"] };
        await first.SeedAsync(seed, deadline);
        await second.SeedAsync(seed, deadline);
        await GetAllAsync(folder, content, torrent, ["libtorrent", "aria2", "rtorrent"], deadline);
    }

    private static async Task RunAsync(string[] seederNames, string[] downloaderNames)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = SampleContent.NestedFolder(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline);
        Client[] seeders = [.. seederNames.Select(Create)];
        try
        {
            foreach (Client seeder in seeders)
                await seeder.SeedAsync(new TransferJob(torrent.Path, folder.File("from")), deadline);
            await tracker.PeersAsync(torrent, seeders.Length, others: 0, deadline);
            await GetAllAsync(folder, content, torrent, downloaderNames, deadline);
        }
        finally
        {
            foreach (Client seeder in seeders) await seeder.DisposeAsync();
        }
    }

    private static Task GetAllAsync(
        TemporaryFolder folder, string content, TestTorrent torrent, string[] names, CancellationToken deadline) =>
        Task.WhenAll(names.Select(async (name, i) =>
        {
            await using Client downloader = Create(name);
            string to = folder.Folder($"to-{i}");
            await downloader.GetAsync(new TransferJob(torrent.Path, to), deadline);
            Assert.Empty(SampleContent.Differences(content, to, downloader.MakesEmptyFiles));
        }));

    private static Client Create(string name) => name == "shoal" ? new ShoalClient() : ForeignClients.Create(name);
}
