using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>Downloads from web servers that do as they should.</summary>
public sealed class WebSeedTransferTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task A_file_comes_from_a_web_server_alone(TorrentVersion version)
    {
        TestTorrent torrent = TestTorrents.Create(version, 64 * 1024, ("content.bin", 3_000_001));
        await using RangeServer server = RangeServer.With(torrent);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(torrent);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
        Assert.Equal(3_000_001, download.Snapshot().DownloadedBytes);
        // There are 184 blocks, and no request is for one of them.
        Assert.InRange(server.Requests.Count, 1, 92);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task A_folder_comes_file_by_file(TorrentVersion version)
    {
        TestTorrent torrent = TestTorrents.Create(
            version, 32 * 1024, ("a b/c#d+.txt", 70_000), ("empty", 0), ("one", 1), ("straße/ü%20.bin", 300_000),
            ("z", 16_384), ("zz", 40_001));
        await using RangeServer server = RangeServer.With(torrent);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(torrent);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
        Assert.DoesNotContain(server.Requests, request => request.Target.EndsWith("empty", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_there_already_is_not_asked_for()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 32 * 1024, ("content.bin", 20 * 32 * 1024));
        await using RangeServer server = RangeServer.With(torrent);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(torrent);
        byte[] part = torrent.PieceSpace.ToArray();
        part.AsSpan(7 * 32 * 1024, 5 * 32 * 1024).Clear();
        rig.Write(0, part);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
        Assert.Equal(5 * 32 * 1024, download.Snapshot().DownloadedBytes);
        Assert.All(server.Requests, request =>
            Assert.True(request is { First: >= 7 * 32 * 1024, Last: < 12 * 32 * 1024 }));
    }
}
