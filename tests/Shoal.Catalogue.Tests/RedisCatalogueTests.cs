using Shoal.Clients;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

/// <summary>Several nodes with one catalogue, and a Redis that goes and comes.</summary>
public sealed class RedisCatalogueTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow;

    [Fact]
    public async Task What_one_node_does_another_sees_at_once()
    {
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        await using RedisNodes.Node other = await redis.OpenAsync();
        await one.Catalogue.RegisterAsync([Of("a", "h1", 1) with { Torrent = [7] }, Of("b", "h2", 1)], Start);
        await other.Catalogue.FreshenAsync();
        Assert.Equal([7], other.Catalogue.TorrentOf("h1"));
        Assert.Equal(one.Catalogue.Find("h2")!.NameId, other.Catalogue.Find("h2")!.NameId);
        await other.Catalogue.AddChunksAsync("h2", EndPoint(2, 0), Start.AddHours(1), Start);
        await other.Catalogue.LeaveAsync("10.0.0.1", 1, "h1");
        await other.Catalogue.DeleteAsync("h1");
        await one.Catalogue.FreshenAsync();
        Assert.Null(one.Catalogue.Find("h1"));
        Assert.Equal(["0-2", "0"], one.Catalogue.EndPointsOf("h2").OrderBy(e => e.Port)
            .Select(e => e.Chunks.ToString()));
    }

    [Fact]
    public async Task Chunks_that_one_endpoint_tells_several_nodes_at_once_all_count()
    {
        const int Chunks = 60;
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        await using RedisNodes.Node other = await redis.OpenAsync();
        await one.Catalogue.RegisterAsync([Of("a", "h1", 1)], Start);
        await Task.WhenAll(Enumerable.Range(0, Chunks).Select(chunk =>
            (chunk % 2 == 0 ? one : other).Catalogue.AddChunksAsync(
                "h1", EndPoint(2, chunk), Start.AddHours(1), Start).AsTask()));
        foreach (RedisNodes.Node node in (RedisNodes.Node[])[one, other])
        {
            await node.Catalogue.FreshenAsync();
            Assert.Equal($"0-{Chunks - 1}",
                node.Catalogue.EndPointsOf("h1").Single(e => e.Port == 2).Chunks.ToString());
        }
    }

    [Fact]
    public async Task A_node_that_comes_late_or_missed_too_much_reads_everything()
    {
        CancellationToken deadline = RedisNodes.Deadline();
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        await using RedisNodes.Node other = await redis.OpenAsync();
        await one.Catalogue.RegisterAsync([.. Enumerable.Range(0, 300).Select(i => Of($"n{i}", $"h{i}", 1))], Start);
        await other.Catalogue.FreshenAsync();
        await one.Catalogue.DeleteAsync("h7");
        await one.Catalogue.RegisterAsync([Of("new", "h1000", 1) with { Torrent = [1, 2, 3] }], Start);
        await server.SayAsync("DEL sh{c}log", deadline);
        await other.Catalogue.FreshenAsync();
        await using RedisNodes.Node late = await redis.OpenAsync();
        foreach (RedisNodes.Node node in (RedisNodes.Node[])[other, late])
        {
            Assert.Equal(300, node.Catalogue.Count);
            Assert.Null(node.Catalogue.Find("h7"));
            Assert.Equal([1, 2, 3], node.Catalogue.TorrentOf("h1000"));
            Assert.Single(node.Catalogue.Search(new FileQuery { Words = ["n299"] }).Files);
        }
    }

    [Fact]
    public async Task A_search_costs_Redis_one_question_whatever_is_there()
    {
        CancellationToken deadline = RedisNodes.Deadline();
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        await one.Catalogue.RegisterAsync([.. Enumerable.Range(0, 500).Select(i => Of($"n{i}", $"h{i}", 1))], Start);
        await server.SayAsync("CONFIG RESETSTAT", deadline);
        await one.Catalogue.FreshenAsync();
        Assert.Equal(500, one.Catalogue.Search(new FileQuery { Words = ["n"] }).Total);
        string said = await server.SayAsync("INFO commandstats", deadline);
        foreach (string walk in (string[])["hgetall", "smembers", "sscan", "zrange", "zrangebyscore", "xrange", "keys"])
            Assert.DoesNotContain($"cmdstat_{walk}:", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_node_is_told_which_torrents_there_are()
    {
        CancellationToken deadline = RedisNodes.Deadline();
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        await using RedisNodes.Node other = await redis.OpenAsync();
        var registry = new CatalogueRegistry(null);
        other.Catalogue.Changed = (added, isLess) =>
        {
            registry.Add(added);
            if (isLess) registry.Reload(other.Catalogue.Swarms);
        };
        Registration file = Of("a", "h1", 1);
        await one.Catalogue.RegisterAsync([file with { File = file.File with { InfoHash = new('a', 40) } }], Start);
        Shoal.Protocol.InfoHash swarm = one.Catalogue.Swarms()[0];
        await Eventually.HoldsAsync(() => registry.IsRegistered(swarm), deadline, "the torrent at the other node");
        await one.Catalogue.DeleteAsync("h1");
        await Eventually.HoldsAsync(() => !registry.IsRegistered(swarm), deadline, "its end at the other node");
    }

    [Fact]
    public async Task Without_Redis_a_node_goes_on_with_its_copy_and_tells_what_it_did_afterwards()
    {
        CancellationToken deadline = RedisNodes.Deadline();
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        await using RedisNodes.Node other = await redis.OpenAsync();
        await one.Catalogue.RegisterAsync([Of("a", "h1", 1), Of("gone", "h2", 1)], Start);
        await other.Catalogue.FreshenAsync();
        IDisposable guard = await server.TurnAwayAsync(deadline);
        // A connection that is cut may have been made anew before the door was closed.
        await Eventually.HoldsAsync(async () =>
        {
            await one.Catalogue.FreshenAsync();
            await other.Catalogue.FreshenAsync();
            return !one.Watch.IsUp && !other.Watch.IsUp;
        }, deadline, "nodes without Redis");
        Assert.Equal("a", one.Catalogue.Find("h1")!.Name);
        Assert.Equal(RegistrationStatus.Stored,
            (await one.Catalogue.RegisterAsync([Of("b", "h3", 1)], Start))[0].Status);
        await one.Catalogue.DeleteAsync("h2");
        await one.Catalogue.AddChunksAsync("h1", EndPoint(2, 1), Start.AddHours(1), Start);
        Assert.Equal(["a", "b"], one.Catalogue.Search(
            new FileQuery { Order = FileOrder.Name, Descending = false }).Files.Select(f => f.Name));
        // The same content with another size: whoever is first at Redis is right.
        Registration different = Of("b", "h3", 1);
        await other.Catalogue.RegisterAsync([different with { File = different.File with { Size = 2999 } }], Start);
        guard.Dispose();
        await Eventually.HoldsAsync(() => one.Watch.IsUp && other.Watch.IsUp, deadline, "Redis again");
        foreach (RedisNodes.Node node in (RedisNodes.Node[])[one, other]) await node.Catalogue.FreshenAsync();
        Assert.Equal(one.Catalogue.Find("h3")!.Size, other.Catalogue.Find("h3")!.Size);
        foreach (RedisNodes.Node node in (RedisNodes.Node[])[one, other])
        {
            Assert.Null(node.Catalogue.Find("h2"));
            Assert.Equal("1", node.Catalogue.EndPointsOf("h1").Single(e => e.Port == 2).Chunks.ToString());
            Assert.Equal(2, node.Catalogue.Count);
        }
    }

    [Fact]
    public async Task A_Redis_that_comes_back_empty_is_told_everything()
    {
        CancellationToken deadline = RedisNodes.Deadline();
        RedisNodes redis = await StartAsync();
        await using RedisServer server = redis.Server;
        await using RedisNodes.Node one = await redis.OpenAsync();
        Registration file = Of("a", "h1", 1);
        await one.Catalogue.RegisterAsync(
        [
            file with { File = file.File with { InfoHash = new('a', 40), Tags = ["t"] }, Torrent = [9] },
            Of("other name", "h1", 2), Of("pinned", "h2", 1) with { EndPoint = null, IsPinned = true },
        ], Start);
        await server.KillAsync(deadline);
        await Eventually.HoldsAsync(async () =>
        {
            await one.Catalogue.FreshenAsync();
            return !one.Watch.IsUp;
        }, deadline, "a node without Redis");
        await server.BeginAsync(deadline);
        await Eventually.HoldsAsync(() => one.Watch.IsUp, deadline, "Redis again");
        await using RedisNodes.Node late = await redis.OpenAsync();
        CatalogueFile known = late.Catalogue.Find("h1")!;
        Assert.Equal(("a", 2, "t", true), (known.Name, known.EndPoints, Assert.Single(known.Tags), known.HasTorrent));
        Assert.Equal(Start.ToUnixTimeMilliseconds(), known.Added.ToUnixTimeMilliseconds());
        Assert.Equal(3, late.Catalogue.Count);
        Assert.NotNull(late.Catalogue.Find("h2"));
    }

    private static async Task<RedisNodes> StartAsync()
    {
        var redis = new RedisNodes();
        await redis.InitializeAsync();
        return redis;
    }

    private static Registration Of(string name, string hash, int port) => new()
    {
        File = new CatalogueFile { Name = name, Hash = hash, Size = 3000, ChunkSize = 1024 },
        EndPoint = new CatalogueEndPoint("10.0.0.1", port, ChunkSet.Whole(3)),
        Expires = Start.AddHours(1),
    };

    private static CatalogueEndPoint EndPoint(int port, int chunk) =>
        new("10.0.0.1", port, ChunkSet.Of([(chunk, chunk + 1)])!);
}
