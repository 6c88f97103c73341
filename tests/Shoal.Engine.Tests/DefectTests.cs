using System.Net;

namespace Shoal.Engine.Tests;

/// <summary>What becomes of a torrent when the code below it throws what it never should.</summary>
public sealed class DefectTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_disk_that_throws_fails_the_torrent_with_a_sentence_and_nothing_else()
    {
        await using Pair pair = await Pair.StartAsync(("good.bin", 100_000), ("bad.bin", 100_000));
        var options = new EngineOptions
        {
            BindAddress = IPAddress.Loopback, FileSystem = new BrokenFileSystem("bad.bin"),
        };
        await using TorrentEngine engine = await TorrentEngine.StartAsync(options, Cancel);
        Torrent torrent = await engine.AddAsync(
            new TorrentSource.Parsed(pair.Created.Metainfo), pair.Options, Cancel);
        TorrentException failure =
            await Assert.ThrowsAsync<TorrentException>(() => torrent.WaitForCompletionAsync(Cancel));
        Assert.Equal("An internal error stopped the torrent: the disk has a defect", failure.Message);
        Assert.Equal(TorrentState.Failed, torrent.Snapshot().State);
    }
}
