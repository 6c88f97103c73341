using System.Text.Json;
using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Files that a magnet link selects (BEP 53), numbered as libtorrent numbers them: padding counts.</summary>
public sealed class LinkSelectionTests
{
    private static readonly string[] Wanted = ["one.bin", "z last.bin"];

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    [InlineData("hybrid")]
    public async Task Shoal_gets_the_files_that_libtorrent_means(string format)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using ShoalTracker tracker = await ShoalTracker.StartAsync(deadline);
        string content = SampleContent.NestedFolder(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), format, 64 * 1024, tracker.Url, deadline);
        IEnumerable<int> numbers = await NumbersAsync(folder, torrent, Path.GetFileName(content), deadline);

        await using Client seeder = new LibtorrentClient();
        await using Client downloader = new ShoalClient();
        string link = $"{torrent.MagnetFor(downloader)}&so={string.Join(',', numbers)}";
        await Exchange.RunAsync(
            tracker, torrent, seeder, folder.File("from"), downloader, new TransferJob(link, folder.Folder("to")),
            deadline);

        string copy = Path.Combine(folder.File("to"), Path.GetFileName(content));
        Assert.Equal(Wanted, Directory.GetFiles(copy, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(copy, file)).Order(StringComparer.Ordinal));
        foreach (string name in Wanted)
            Assert.Equal(File.ReadAllBytes(Path.Combine(content, name)), File.ReadAllBytes(Path.Combine(copy, name)));
    }

    private static async Task<IEnumerable<int>> NumbersAsync(
        TemporaryFolder folder, TestTorrent torrent, string root, CancellationToken deadline)
    {
        await using ClientProcess listing = ClientProcess.Start(
            folder.Folder("listing"), LibtorrentClient.Command("files", torrent.Path));
        await listing.SuccessAsync(deadline);
        using JsonDocument said = JsonDocument.Parse(listing.Output[^1]);
        JsonElement numbers = said.RootElement.GetProperty("numbers");
        return [.. Wanted.Select(name => numbers.GetProperty($"{root}/{name}").GetInt32())];
    }
}
