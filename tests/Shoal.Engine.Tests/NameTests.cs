namespace Shoal.Engine.Tests;

/// <summary>Names that not every system takes, where they were made and where they arrive.</summary>
public sealed class NameTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_folder_is_seeded_from_where_it_was_made_whatever_its_names()
    {
        if (OperatingSystem.IsWindows()) return;
        await using Pair pair = await Pair.StartAsync(("line\nbreak.bin", 50_000), ("plain.bin", 20_000));
        Assert.Equal(1, pair.Created.RenamedFiles);
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Parsed(pair.Created.Metainfo), pair.Options, Cancel);
        await torrent.WaitForCompletionAsync(Cancel);
        string[] names = [.. Directory.GetFiles(torrent.ContentPath!).Select(path => Path.GetFileName(path)).Order()];
        Assert.Equal(["line_break.bin", "plain.bin"], names);
    }
}
