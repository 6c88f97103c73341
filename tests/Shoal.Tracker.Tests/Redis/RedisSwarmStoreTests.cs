using System.Net;
using System.Security.Cryptography;
using Shoal.Clients;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Redis;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests.Redis;

/// <summary>The scripts against a real Redis: what a swarm in memory does, one in Redis does too.</summary>
public sealed class RedisSwarmStoreTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly HostAddress Four = new(IPAddress.Parse("10.0.0.1"));
    private static readonly HostAddress Six = new(IPAddress.Parse("fd00::1"));

    private readonly InfoHash _swarm = new(RandomNumberGenerator.GetBytes(20));
    private readonly byte[] _peers4 = new byte[6 * 300];
    private readonly byte[] _peers6 = new byte[18 * 300];

    [Fact]
    public async Task Peers_of_one_node_are_given_to_those_of_another()
    {
        await using RedisSwarmStore one = await redis.OpenAsync();
        await using RedisSwarmStore other = await redis.OpenAsync();
        await TellAsync(one, V4(1), 1, isSeed: true);
        StoreAnswer answer = await TellAsync(other, V4(2), 2);
        Assert.Equal(new StoreAnswer(StoreStatus.Stored, 1, 1, 0, 6, 0), answer);
        Assert.Equal(RedisQuestion.PlaceOf(V4(1), 1), _peers4[..6]);
    }

    [Fact]
    public async Task A_seed_gets_leeches_one_that_stops_nobody_and_nobody_gets_himself()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        await TellAsync(store, V4(1), 1, isSeed: true);
        await TellAsync(store, V4(2), 2, isSeed: true);
        await TellAsync(store, V4(3), 3);
        Assert.Equal(6, (await TellAsync(store, V4(1), 1, isSeed: true)).Bytes4);
        Assert.Equal(RedisQuestion.PlaceOf(V4(3), 3), _peers4[..6]);
        Assert.Equal(12, (await TellAsync(store, V4(3), 3)).Bytes4);
        StoreAnswer stop = await TellAsync(store, V4(3), 3, reason: AnnounceEvent.Stopped);
        Assert.Equal((2, 0, 0), (stop.Complete, stop.Incomplete, stop.Bytes4));
        Assert.Equal(0, (await TellAsync(store, V4(1), 1, isSeed: true)).Bytes4);
    }

    [Fact]
    public async Task A_leech_gets_half_seeds_and_every_peer_has_a_chance()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        for (int i = 1; i <= 200; i++) await TellAsync(store, V4(i), i, isSeed: i <= 100, wanted: 0);
        int[] given = new int[201];
        for (int round = 0; round < 400; round++)
        {
            StoreAnswer answer = await TellAsync(store, V4(200), 200, wanted: 20);
            Assert.Equal(20 * 6, answer.Bytes4);
            int[] peers = [.. Enumerable.Range(0, 20).Select(i => _peers4[i * 6 + 3] + 0)];
            Assert.Equal(20, peers.Distinct().Count());
            Assert.Equal(10, peers.Count(p => p <= 100));
            foreach (int peer in peers) given[peer]++;
        }
        Assert.Equal(0, given[200]);
        // 400 rounds of 10 of a hundred: 40 each. Redis draws by buckets, so that chances differ somewhat.
        for (int i = 1; i < 200; i++) Assert.InRange(given[i], 1, 4 * 40);
    }

    [Fact]
    public async Task What_is_drawn_costs_by_what_is_wanted_and_not_by_the_swarm()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        CancellationToken deadline = RedisFixture.Deadline();
        for (int i = 1; i <= 3000; i++) await TellAsync(store, V4(i), i % 60_000, wanted: 0);
        await redis.Server.SayAsync("CONFIG RESETSTAT", deadline);
        for (int i = 0; i < 20; i++) await TellAsync(store, V4(1), 1, wanted: 30);
        string said = await redis.Server.SayAsync("INFO commandstats", deadline);
        Assert.Contains("cmdstat_hrandfield:calls=20,", said, StringComparison.Ordinal);
        foreach (string walk in (string[])["hgetall", "hkeys", "hvals", "hscan", "scan", "keys", "smembers"])
            Assert.DoesNotContain($"cmdstat_{walk}:", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_with_both_families_counts_once(bool v4First)
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        await TellAsync(store, v4First ? Four : Six, 1, identity: 7);
        StoreAnswer answer = await TellAsync(store, v4First ? Six : Four, 1, identity: 7);
        Assert.Equal((0, 1), (answer.Complete, answer.Incomplete));
        await TellAsync(store, Four, 1, identity: 7, isSeed: true, reason: AnnounceEvent.Completed);
        answer = await TellAsync(store, Six, 1, identity: 7, isSeed: true, reason: AnnounceEvent.Completed);
        Assert.Equal((1, 0, 1), (answer.Complete, answer.Incomplete, answer.Downloaded));
        answer = await TellAsync(store, V4(9), 9, identity: 9);
        Assert.Equal((6, 18), (answer.Bytes4, answer.Bytes6));
    }

    [Fact]
    public async Task When_the_place_that_counts_leaves_the_other_counts_from_its_next_announce()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        await TellAsync(store, Four, 1, identity: 7);
        await TellAsync(store, Six, 1, identity: 7);
        await TellAsync(store, Six, 1, identity: 7, reason: AnnounceEvent.Stopped);
        Assert.Equal(1, (await TellAsync(store, Four, 1, identity: 7)).Incomplete);
        Assert.Equal(0, (await TellAsync(store, Four, 1, identity: 7, reason: AnnounceEvent.Stopped)).Incomplete);
    }

    [Fact]
    public async Task A_download_counts_when_a_known_leech_becomes_a_seed()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        Assert.Equal(0, (await TellAsync(store, V4(1), 1, isSeed: true)).Downloaded);
        await TellAsync(store, V4(2), 2);
        Assert.Equal(1, (await TellAsync(store, V4(2), 2, isSeed: true)).Downloaded);
        Assert.Equal(1, (await TellAsync(store, V4(2), 2, isSeed: true)).Downloaded);
        Assert.Equal(1, (await TellAsync(store, V4(2), 2)).Downloaded);
        await TellAsync(store, V4(1), 1, reason: AnnounceEvent.Stopped);
        await TellAsync(store, V4(2), 2, reason: AnnounceEvent.Stopped);
        Assert.Equal((0, 1, 0), await ScrapeAsync(store));
    }

    [Fact]
    public async Task A_scrape_tells_who_downloads()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        await TellAsync(store, V4(1), 1, reason: AnnounceEvent.Paused);
        await TellAsync(store, V4(2), 2);
        var entries = new ScrapeEntry[] { new(_swarm, 0, 0, 0), new(new InfoHash(new byte[20]), 0, 0, 0) };
        Assert.False(store.TryScrape(entries));
        await store.ScrapeAsync(entries);
        Assert.Equal((0, 0, 2, 1), (entries[0].Complete, entries[0].Downloaded, entries[0].Incomplete,
            entries[0].Downloaders));
        Assert.Equal((0, 0, 0), (entries[1].Complete, entries[1].Downloaded, entries[1].Incomplete));
    }

    [Fact]
    public async Task A_full_swarm_takes_nobody_and_still_gives_peers()
    {
        await using RedisSwarmStore store = await redis.OpenAsync(maxPeers: 2);
        await TellAsync(store, V4(1), 1);
        await TellAsync(store, V4(2), 2);
        Assert.Equal(new StoreAnswer(StoreStatus.SwarmFull, 0, 2, 0, 12, 0), await TellAsync(store, V4(3), 3));
        Assert.Equal(StoreStatus.Stored, (await TellAsync(store, V4(2), 2)).Status);
    }

    [Fact]
    public async Task Neighbours_meet_by_private_address_and_strangers_do_not()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        var home = new HostAddress(IPAddress.Parse("198.51.100.7"));
        var lan = new HostAddress(IPAddress.Parse("192.168.1.5"));
        await TellAsync(store, home, 1, lan: lan);
        StoreAnswer neighbour = await TellAsync(store, home, 2);
        Assert.Equal(RedisQuestion.PlaceOf(lan, 1), _peers4[..6]);
        Assert.Equal(12, neighbour.Bytes4);
        StoreAnswer stranger = await TellAsync(store, new HostAddress(IPAddress.Parse("203.0.113.9")), 3);
        Assert.Equal(12, stranger.Bytes4);
        Assert.DoesNotContain(Convert.ToHexString(RedisQuestion.PlaceOf(lan, 1)),
            Convert.ToHexString(_peers4.AsSpan(0, 12)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_a_site_are_for_those_on_it()
    {
        await using RedisSwarmStore store = await redis.OpenAsync();
        await TellAsync(store, V4(1), 1);
        Assert.Equal(0, (await TellAsync(store, new HostAddress(IPAddress.Parse("203.0.113.9")), 3)).Bytes4);
        Assert.Equal(12, (await TellAsync(store, V4(2), 2)).Bytes4);
    }

    [Fact]
    public async Task Counts_are_right_whoever_races()
    {
        await using RedisSwarmStore one = await redis.OpenAsync();
        await using RedisSwarmStore other = await redis.OpenAsync();
        async Task TurnAsync(RedisSwarmStore store, int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < 300; i++)
            {
                int peer = random.Next(1, 40);
                await AnnounceAsync(store, V4(peer), peer, random.Next(2) == 0, random.Next(5) == 0
                    ? AnnounceEvent.Stopped : AnnounceEvent.None, default, default, []);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => TurnAsync(i % 2 == 0 ? one : other, i)));
        for (int i = 1; i < 40; i++)
            await AnnounceAsync(i % 2 == 0 ? one : other, V4(i), i, i <= 10, AnnounceEvent.None, default, default, []);
        (int complete, _, int incomplete) = await ScrapeAsync(one);
        Assert.Equal((10, 29), (complete, incomplete));
        for (int i = 1; i < 40; i++) await TellAsync(one, V4(i), i, reason: AnnounceEvent.Stopped);
        (complete, _, incomplete) = await ScrapeAsync(other);
        Assert.Equal((0, 0), (complete, incomplete));
    }

    [Fact]
    public async Task Everything_has_an_end_which_no_node_has_to_bring_about()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        await using RedisServer own = await RedisServer.StartAsync(deadline);
        await using RedisLink link =
            await RedisLink.OpenAsync(own.Address, TimeSpan.FromMinutes(1), TimeProvider.System);
        var settings = new RedisSettings(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90), 100, TimeSpan.FromDays(1));
        var announce = new RedisScript("announce", settings.Head);
        Assert.True(await link.PrepareAsync([announce]));
        foreach (AnnounceEvent reason in (AnnounceEvent[])[AnnounceEvent.None, AnnounceEvent.Paused])
            foreach (HostAddress address in (HostAddress[])[Four, Six, new(IPAddress.Parse("198.51.100.7"))])
                foreach (bool isSeed in (bool[])[false, true])
                    Assert.NotNull(await link.RunAsync(announce, RedisKeys.Swarm(_swarm), RedisQuestion.Of(
                        new SwarmAnnounce
                        {
                            InfoHash = _swarm, Address = address, Port = 1, Identity = 7, Event = reason,
                            IsSeed = isSeed, LanAddress = address.IsV4 ? V4(5) : default,
                        }, true, true, true)));
        string said = await own.SayAsync("EVAL \"local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do "
            + "if redis.call('TTL', k) < 0 then n = n + 1 end end return {n, #redis.call('KEYS', '*')}\" 0", deadline);
        string[] numbers = [.. said.Split("\r\n").Where(l => l.StartsWith(':'))];
        Assert.Equal(":0", numbers[0]);
        Assert.NotEqual(":0", numbers[1]);
    }

    [Fact]
    public async Task A_peer_is_there_once_through_all_generations_and_gone_when_it_falls_silent()
    {
        CancellationToken deadline = RedisFixture.Deadline();
        await using RedisSwarmStore store = await redis.OpenAsync(period: TimeSpan.FromSeconds(1));
        var seen = new HashSet<string>();
        await Eventually.HoldsAsync(async () =>
        {
            // Whichever generation it was in, and whether that has ended or not, it is in one now and counts once.
            Assert.Equal((0, 1), await CountsAsync(V4(1), AnnounceEvent.Paused));
            Assert.Equal((0, 1), await CountsAsync(V4(1), AnnounceEvent.None));
            seen.Add((await redis.Server.SayAsync("TIME", deadline)).Split("\r\n")[2]);
            return seen.Count > 4;
        }, deadline, "four generations");
        await Eventually.HoldsAsync(async () => await ScrapeAsync(store) == (0, 0, 0), deadline, "silence");

        async Task<(int, int)> CountsAsync(HostAddress address, AnnounceEvent reason)
        {
            StoreAnswer answer = await TellAsync(store, address, 1, reason: reason);
            return (answer.Complete, answer.Incomplete);
        }
    }

    private async Task<(int Complete, int Downloaded, int Incomplete)> ScrapeAsync(RedisSwarmStore store)
    {
        ScrapeEntry[] entries = [new(_swarm, 0, 0, 0)];
        await store.ScrapeAsync(entries);
        return (entries[0].Complete, entries[0].Downloaded, entries[0].Incomplete);
    }

    private Task<StoreAnswer> TellAsync(RedisSwarmStore store, HostAddress address, int port, bool isSeed = false,
        AnnounceEvent reason = AnnounceEvent.None, ulong identity = 0, int wanted = 50, HostAddress lan = default) =>
        AnnounceAsync(store, address, port, isSeed, reason, identity, lan, wanted == 0 ? [] : _peers4, wanted);

    private async Task<StoreAnswer> AnnounceAsync(RedisSwarmStore store, HostAddress address, int port, bool isSeed,
        AnnounceEvent reason, ulong identity, HostAddress lan, byte[] peers4, int wanted = 0)
    {
        var announce = new SwarmAnnounce
        {
            InfoHash = _swarm, Address = address, Port = (ushort)port, Identity = identity, IsSeed = isSeed,
            Event = reason, Wanted = wanted, LanAddress = lan,
        };
        return await store.AnnounceAsync(announce, default, peers4, peers4.Length == 0 ? default : _peers6);
    }

    private static HostAddress V4(int peer) => new(0x0a000000u + (uint)peer);
}
