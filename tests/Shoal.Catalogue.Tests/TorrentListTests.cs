using System.Net;
using System.Text.Json;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;
using Shoal.Tracker;
using Shoal.Tracker.Dashboard;
using Shoal.Tracker.Swarms;

namespace Shoal.Catalogue.Tests;

/// <summary>The torrents with the most peers, named or not.</summary>
public sealed class TorrentListTests
{
    [Fact]
    public async Task Torrents_come_by_peers_with_the_names_that_the_catalogue_has()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", """
            {"file_name":"holiday.mkv","file_hash":"h1","file_size":9,"port":1,
             "info_hash":"6161616161616161616161616161616161616161"}
            """);
        await AnnounceAsync(tracker, 'a', 1);
        await AnnounceAsync(tracker, 'b', 3);
        await AnnounceAsync(tracker, 'c', 2);
        RunningTracker.Reply reply = await tracker.GetAsync("/torrents?limit=3");
        JsonElement[] torrents = [.. reply["torrents"].EnumerateArray()];
        Assert.Equal(["62", "63", "61"], torrents.Select(t => t.GetProperty("info_hash").GetString()![..2]));
        Assert.Equal("holiday.mkv", torrents[2].GetProperty("file_name").GetString());
        Assert.False(torrents[0].TryGetProperty("file_name", out _));
        Assert.Equal((2, 1), (torrents[0].GetProperty("leechers").GetInt32(),
            torrents[0].GetProperty("seeders").GetInt32()));
        Assert.StartsWith("magnet:?xt=urn:btih:6262", torrents[0].GetProperty("magnet").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(3, reply["total"].GetInt64());
        Assert.Equal(1, (await tracker.GetAsync("/torrents?limit=1"))["count"].GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, (await tracker.GetAsync("/torrents?limit=201")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await tracker.GetAsync("/torrents?limit=x")).Status);
    }

    [Fact]
    public async Task Who_does_not_get_the_figures_of_the_tracker_does_not_get_its_torrents_either()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Metrics = MetricsAudience.Nobody,
        });
        Assert.Equal(HttpStatusCode.Forbidden, (await tracker.GetAsync("/torrents")).Status);
        await using RunningTracker behind = await RunningTracker.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, ProxyHeader = "X-Forwarded-For",
        });
        RunningTracker.Reply stranger = await behind.SendAsync(
            HttpMethod.Get, "/torrents", null, ("X-Forwarded-For", "203.0.113.9"));
        Assert.Equal(HttpStatusCode.Forbidden, stranger.Status);
    }

    [Fact]
    public void Many_torrents_are_looked_at_a_part_at_a_time_and_the_largest_are_found()
    {
        const int Swarms = 150_000;
        var time = new ManualTime();
        var store = new SwarmStore(new SwarmStoreOptions(), new Random(1));
        for (int i = 0; i < Swarms; i++) Tell(store, i, 1);
        foreach (int large in (int[])[77, 149_999]) Tell(store, large, 2);
        var top = new TopSwarms(store, time);
        Assert.Equal(TopSwarms.Kept, top.List().Count);
        // Three steps see all, and the fourth begins anew.
        for (int step = 0; step < 3; step++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            top.List();
        }
        Assert.Equal(new HashSet<InfoHash> { HashOf(77), HashOf(149_999) }, top.List().Take(2).ToHashSet());
    }

    [Fact]
    public void Nobody_is_looked_for_twice_in_a_second()
    {
        var time = new ManualTime();
        var store = new SwarmStore(new SwarmStoreOptions(), new Random(1));
        var top = new TopSwarms(store, time);
        Assert.Empty(top.List());
        Tell(store, 1, 1);
        Assert.Empty(top.List());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HashOf(1), Assert.Single(top.List()));
    }

    private static void Tell(SwarmStore store, int swarm, int port) => store.TryAnnounce(
        new SwarmAnnounce
        {
            InfoHash = HashOf(swarm), Address = new HostAddress(0x0a000001u), Port = (ushort)port,
            Event = AnnounceEvent.None,
        }, default, default, default, out _);

    private static InfoHash HashOf(int swarm)
    {
        byte[] hash = new byte[InfoHash.Length];
        BitConverter.TryWriteBytes(hash, swarm);
        return new InfoHash(hash);
    }

    private static async Task AnnounceAsync(RunningTracker tracker, char swarm, int peers)
    {
        for (int port = 1; port <= peers; port++)
            await tracker.GetAsync($"/announce?info_hash={new string(swarm, 20)}&peer_id=-LT2000-bbbbbbbbbbbb"
                + $"&port={port}&left={port - 1}");
    }
}
