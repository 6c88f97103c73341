using System.Net;
using Shoal.Protocol.Magnets;
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

    [Fact(Timeout = 120_000)]
    public async Task Padding_in_the_middle_of_blocks_is_made_here()
    {
        TorrentFile[] files =
        [
            File("a", 100), File("pad/1", 50, isPadding: true), File("b", 20_000),
            File("pad/2", 40_000, isPadding: true), File("c", 1), File("pad/3", 16_383, isPadding: true),
            File("d", 50_000),
        ];
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 32 * 1024, "set", false, files);
        await using RangeServer server = RangeServer.With(torrent);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(torrent);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
        Assert.DoesNotContain(server.Requests, request => request.Target.Contains("pad", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_magnet_link_names_a_web_seed_and_a_peer_that_has_a_part_gives_the_metadata()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.Hybrid, 32 * 1024, ("content.bin", 40 * 32 * 1024));
        await using RangeServer server = RangeServer.With(torrent);
        await using WebSeedRig seeder = await WebSeedRig.StartAsync(torrent);
        seeder.Write(0, torrent.PieceSpace);
        Torrent seed = await seeder.AddAsync(seeder.Options with
        {
            SeedOnly = true, OfferOnly = new PieceSelection { Ranges = [(0, 0.5)] },
        });
        await seed.WaitForCompletionAsync(Cancel);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(torrent);
        var link = new MagnetLink { Hashes = torrent.Info.Hashes, WebSeeds = [server.Url] };
        Torrent download = await rig.Engine.AddAsync(
            new TorrentSource.Magnet(link.ToString()),
            rig.Options with { Peers = [new DnsEndPoint("127.0.0.1", seeder.Engine.Port)] },
            Cancel);
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
        // Half of it nobody else has.
        Assert.InRange(server.Requests.Sum(request => request.Length), 20 * 32 * 1024, 40 * 32 * 1024);
    }

    [Fact(Timeout = 120_000)]
    public async Task No_web_seed_is_used_where_the_options_say_so_and_the_snapshot_tells_who_is_one()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 32 * 1024, ("content.bin", 40 * 32 * 1024));
        await using RangeServer server = RangeServer.With(torrent);
        await using WebSeedRig seeder = await WebSeedRig.StartAsync(torrent);
        seeder.Write(0, torrent.PieceSpace);
        Torrent seed = await seeder.AddAsync(seeder.Options with { SeedOnly = true }, server.Url);
        await seed.WaitForCompletionAsync(Cancel);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(torrent);
        Torrent download = await rig.AddAsync(
            rig.Options with
            {
                UsesWebSeeds = false,
                WebSeeds = [server.Url],
                Peers = [new DnsEndPoint("127.0.0.1", seeder.Engine.Port)],
            },
            server.Url);
        await download.WaitForCompletionAsync(Cancel);
        Assert.Empty(server.Requests);

        server.Lie = async (_, _, token) =>
        {
            await RangeServer.StandStillAsync(token);
            return true;
        };
        await using WebSeedRig other = await WebSeedRig.StartAsync(torrent);
        Torrent waiting = await other.AddAsync(other.Options, server.Url + "?secret=1");
        while (waiting.Peers().Count == 0)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        PeerSnapshot peer = Assert.Single(waiting.Peers());
        Assert.Equal((server.Url + "?…", "web seed", false), (peer.WebSeed, peer.Client, peer.IsIncoming));
        Assert.Equal(new Uri(server.Url).Port, peer.EndPoint.Port);
    }

    private static TorrentFile File(string path, long length, bool isPadding = false) =>
        new() { Path = [.. path.Split('/')], Length = length, Offset = 0, IsPadding = isPadding };
}
