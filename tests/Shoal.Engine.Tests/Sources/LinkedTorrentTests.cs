using System.Net;
using Shoal.Discovery.Tests;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Sources;

/// <summary>The .torrent that a magnet link points to (xs and as), fetched instead of asking peers.</summary>
public sealed class LinkedTorrentTests : IAsyncLifetime
{
    private static readonly TestTorrent Content =
        TestTorrents.Create(TorrentVersion.Hybrid, 16 * 1024, ("content.bin", 100_000));

    private static readonly TestTorrent Other =
        TestTorrents.Create(TorrentVersion.Hybrid, 16 * 1024, ("other.bin", 100_000));

    private readonly string _root = Directory.CreateTempSubdirectory("shoal-linked-").FullName;
    private TorrentEngine _engine = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine =
        await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("xs")]
    [InlineData("as")]
    public async Task The_metadata_comes_from_the_url_without_any_peer(string parameter)
    {
        await using ScriptedHttpServer server =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response(Content.TorrentBytes));
        Torrent torrent = await AddAsync($"&{parameter}=http%3A%2F%2F127.0.0.1%3A{server.Port}%2Fx.torrent");
        Metainfo metainfo = await torrent.WaitForMetadataAsync(Cancel);
        Assert.True(metainfo.Info.Raw.Span.SequenceEqual(Content.Info.Raw.Span));
        Assert.Equal(Content.Metainfo.PieceLayers.Count, metainfo.PieceLayers.Count);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_of_another_hash_is_passed_over_and_the_next_url_tried()
    {
        await using ScriptedHttpServer wrong =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response(Other.TorrentBytes));
        await using ScriptedHttpServer nonsense =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response("<html>"));
        await using ScriptedHttpServer missing =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response("", "404 Not Found"));
        await using ScriptedHttpServer right =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response(Content.TorrentBytes));
        Torrent torrent = await AddAsync(string.Concat(
            new[] { wrong, nonsense, missing, right }.Select(s => $"&xs=http://127.0.0.1:{s.Port}/x")));
        Metainfo metainfo = await torrent.WaitForMetadataAsync(Cancel);
        Assert.Equal("content.bin", metainfo.Info.Name);
        Assert.All(new[] { wrong, nonsense, missing, right }, server => Assert.Single(server.Requests));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_link_from_elsewhere_may_not_point_to_this_machine()
    {
        await using ScriptedHttpServer server =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response(Content.TorrentBytes));
        await using ScriptedHttpServer tracker =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response("d8:intervali1800e5:peers0:e"));
        Torrent torrent = await AddAsync($"&xs=http://127.0.0.1:{server.Port}/x", trusted: false);
        // Another one, trusted and added later, shows that there was time enough.
        await torrent.StopAsync(Cancel);
        Assert.Empty(server.Requests);
        Torrent trusted = await AddAsync($"&xs=http://127.0.0.1:{server.Port}/x");
        await trusted.WaitForMetadataAsync(Cancel);
        Assert.Single(server.Requests);
    }

    // The file's own trackers are a stranger's word like the link's, and used when the link has none.
    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trackers_of_the_file_are_used_when_the_link_has_none(bool linkHasTracker)
    {
        await using ScriptedHttpServer tracker =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response("d8:completei7e10:incompletei3e5:peers0:e"));
        await using ScriptedHttpServer other =
            ScriptedHttpServer.Answering(ScriptedHttpServer.Response("d8:completei1e10:incompletei2e5:peers0:e"));
        byte[] bytes = MetainfoWriter.Write(
            Content.Metainfo with { Trackers = [[$"http://127.0.0.1:{tracker.Port}/announce"]] });
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(bytes));
        Torrent torrent = await AddAsync(
            $"&xs=http://127.0.0.1:{server.Port}/x"
            + (linkHasTracker ? $"&tr=http://127.0.0.1:{other.Port}/announce" : ""));
        await torrent.WaitForMetadataAsync(Cancel);
        (int? Seeds, int? Leeches) expected = linkHasTracker ? (1, 2) : (7, 3);
        while (torrent.Snapshot() is var now && (now.SwarmSeeds, now.SwarmLeeches) != expected)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        Assert.Equal(linkHasTracker, tracker.Requests.IsEmpty);
    }

    private Task<Torrent> AddAsync(string parameters, bool trusted = true) => _engine.AddAsync(
        new TorrentSource.Magnet(new MagnetLink { Hashes = Content.Info.Hashes } + parameters),
        new TorrentOptions { Directory = _root, TrustsAddresses = trusted },
        Cancel);
}
