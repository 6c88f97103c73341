using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

public sealed class SwarmStoreTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress There = IPAddress.Parse("fd00::1");

    private readonly byte[] _peers4 = new byte[200 * 6];
    private readonly byte[] _peers6 = new byte[200 * 18];
    private TimeSpan _now;

    [Fact]
    public void Peers_of_both_families_find_each_other_and_are_counted_together()
    {
        SwarmStore store = Store();
        Announce(store, Here, 1, left: 0);
        Announce(store, There, 2, left: 5);
        StoreAnswer answer = Announce(store, Here, 3, left: 5);
        Assert.Equal(new StoreAnswer(StoreStatus.Stored, 1, 2, 0, 6, 18), answer);
        Assert.Equal([10, 0, 0, 1, 0, 1], _peers4[..6]);
        Assert.Equal([0, 2], _peers6[16..18]);
        Assert.Equal((1L, 3L), (store.Swarms, store.Totals.Peers));
        Assert.Equal((1, 0, 2), Scrape(store));
        Assert.Equal((0, 0, 0), Scrape(store, 9));
    }

    [Fact]
    public void A_seed_or_a_partial_seed_gets_no_seeds_and_one_who_stops_gets_nobody()
    {
        SwarmStore store = Store();
        Announce(store, Here, 1, left: 0);
        Assert.Equal(0, Announce(store, Here, 2, left: 0).Bytes4);
        Assert.Equal(0, Announce(store, Here, 3, left: 5, reason: AnnounceEvent.Paused).Bytes4);
        Assert.Equal(12, Announce(store, Here, 4, left: 5, wanted: 2).Bytes4);
        StoreAnswer stop = Announce(store, Here, 4, left: 5, reason: AnnounceEvent.Stopped);
        Assert.Equal((0, 2, 1), (stop.Bytes4, stop.Complete, stop.Incomplete));
        Assert.Equal(0, Announce(store, Here, 5, left: 5, wanted: 0).Bytes4);
    }

    [Fact]
    public void One_that_starts_gets_seeds_whatever_it_says_is_left()
    {
        // aria2 comes by a magnet link, knows no size, and says that nothing is left.
        SwarmStore store = Store();
        Announce(store, Here, 1, left: 0);
        Assert.Equal(6, Announce(store, Here, 2, left: 0, reason: AnnounceEvent.Started).Bytes4);
        Assert.Equal(0, Announce(store, Here, 2, left: 0).Bytes4);
    }

    [Fact]
    public void The_last_to_stop_takes_the_swarm_along_and_stopping_twice_does_nothing()
    {
        SwarmStore store = Store();
        Announce(store, Here, 1);
        Announce(store, Here, 1, reason: AnnounceEvent.Stopped);
        Announce(store, Here, 1, reason: AnnounceEvent.Stopped);
        Assert.Equal((0L, 0L), (store.Swarms, store.Totals.Peers));
    }

    [Fact]
    public void A_download_is_counted_when_a_known_leech_becomes_complete_and_only_then()
    {
        SwarmStore store = Store();
        Announce(store, Here, 1, left: 0, reason: AnnounceEvent.Completed);
        Assert.Equal(0, Scrape(store).Downloaded);
        Announce(store, Here, 2, left: 5, reason: AnnounceEvent.Completed);
        Assert.Equal(0, Scrape(store).Downloaded);
        Announce(store, Here, 2, left: 0, reason: AnnounceEvent.Completed);
        Announce(store, Here, 2, left: 0, reason: AnnounceEvent.Completed);
        Assert.Equal((2, 1, 0), Scrape(store));
    }

    [Fact]
    public void A_forged_identity_neither_doubles_nor_evicts_a_peer()
    {
        SwarmStore store = Store();
        Announce(store, Here, 1, identity: 0xaaaa);
        Announce(store, Here, 1, identity: 0xbbbb);
        Announce(store, Here, 2, identity: 0xaaaa);
        Assert.Equal(2, store.Totals.Peers);
    }

    [Fact]
    public void Silent_peers_are_dropped_after_their_lifetime_and_empty_swarms_with_them()
    {
        SwarmStore store = Store(new SwarmStoreOptions { PeerLifetime = TimeSpan.FromMinutes(3) });
        Announce(store, Here, 1);
        _now += TimeSpan.FromMinutes(2);
        Announce(store, Here, 2);
        Announce(store, There, 3);
        _now += TimeSpan.FromSeconds(59);
        store.Sweep(_now);
        Assert.Equal(3, store.Totals.Peers);
        _now += TimeSpan.FromMinutes(1);
        store.Sweep(_now);
        Assert.Equal(2, store.Totals.Peers);
        _now += TimeSpan.FromMinutes(2);
        store.Sweep(_now);
        Assert.Equal((0L, 0L), (store.Swarms, store.Totals.Peers));
    }

    [Fact]
    public void Ages_are_right_across_the_turn_of_the_tick_counter()
    {
        // 255 ticks of a hundredth of three minutes.
        SwarmStore store = Store();
        _now = TimeSpan.FromMinutes(4);
        store.Sweep(_now);
        _now = TimeSpan.FromMinutes(7.6);
        store.Sweep(_now);
        Announce(store, Here, 1);
        _now += TimeSpan.FromMinutes(2);
        store.Sweep(_now);
        Assert.Equal(1, store.Totals.Peers);
        _now += TimeSpan.FromMinutes(2);
        store.Sweep(_now);
        Assert.Equal(0, store.Totals.Peers);
    }

    [Fact]
    public void A_full_swarm_lists_nobody_more_but_still_gives_peers()
    {
        SwarmStore store = Store(new SwarmStoreOptions { MaxPeersPerSwarm = 2 });
        Announce(store, Here, 1);
        Announce(store, There, 2);
        StoreAnswer answer = Announce(store, Here, 3);
        Assert.Equal((StoreStatus.SwarmFull, 6, 18), (answer.Status, answer.Bytes4, answer.Bytes6));
        Assert.Equal(StoreStatus.Stored, Announce(store, Here, 1).Status);
        Assert.Equal(2, store.Totals.Peers);
    }

    [Fact]
    public void A_public_address_lists_only_so_many_peers_a_private_one_any_number()
    {
        SwarmStore store = Store(new SwarmStoreOptions { MaxPeersPerHost = 3 });
        StoreStatus[] statuses = [.. Enumerable.Range(1, 4).Select(port =>
            Announce(store, IPAddress.Parse("8.8.8.8"), port).Status)];
        Assert.Equal([StoreStatus.Stored, StoreStatus.Stored, StoreStatus.Stored, StoreStatus.HostFull], statuses);
        Assert.Equal(StoreStatus.Stored, Announce(store, IPAddress.Parse("8.8.8.9"), 4).Status);
        for (int port = 1; port < 10; port++)
            Assert.Equal(StoreStatus.Stored, Announce(store, Here, port).Status);
    }

    [Fact]
    public void A_flood_of_invented_torrents_fills_neither_the_store_nor_a_networks_budget_for_ever()
    {
        SwarmStore store = Store(new SwarmStoreOptions { MaxSwarms = 100, MaxAdditionsPerNetwork = 40 });
        int stored = 0;
        for (int i = 0; i < 1000; i++)
            if (Announce(store, IPAddress.Parse($"8.8.8.{i % 256}"), 1, hash: i).Status == StoreStatus.Stored)
                stored++;
        Assert.Equal(40, stored);
        for (int i = 0; i < 1000; i++) Announce(store, IPAddress.Parse($"8.{i % 250}.8.8"), 1, hash: 2000 + i);
        Assert.Equal(100, store.Swarms);
        Assert.Equal(StoreStatus.StoreFull, Announce(store, IPAddress.Parse("9.9.9.9"), 1, hash: 9999).Status);
        _now += TimeSpan.FromMinutes(10);
        store.Sweep(_now);
        Assert.Equal(0, store.Swarms);
        Assert.Equal(StoreStatus.Stored, Announce(store, IPAddress.Parse("8.8.8.1"), 1).Status);
    }

    [Fact]
    public void Peers_of_one_network_are_listed_up_to_its_budget_and_those_of_another_still_are()
    {
        SwarmStore store = Store(new SwarmStoreOptions { MaxAdditionsPerNetwork = 40, MaxPeersPerHost = 1000 });
        for (int i = 0; i < 1000; i++) Announce(store, IPAddress.Parse($"8.8.8.{i % 256}"), 1 + i);
        Assert.Equal(40, store.Totals.Peers);
        Assert.Equal(StoreStatus.NetworkFull, Announce(store, IPAddress.Parse("8.8.8.8"), 5000).Status);
        Assert.Equal(StoreStatus.Stored, Announce(store, IPAddress.Parse("8.8.9.8"), 5000).Status);
    }

    [Fact]
    public void The_own_family_gets_most_of_the_room_and_the_other_a_quarter()
    {
        SwarmStore store = Store();
        for (int port = 1; port <= 100; port++)
        {
            Announce(store, Here, port);
            Announce(store, There, port);
        }
        StoreAnswer answer = Announce(store, Here, 1, wanted: 40);
        Assert.Equal((30, 10), (answer.Bytes4 / 6, answer.Bytes6 / 18));
        answer = Announce(store, There, 1, wanted: 40);
        Assert.Equal((10, 30), (answer.Bytes4 / 6, answer.Bytes6 / 18));
    }

    [Fact]
    public async Task Many_threads_at_once_leave_right_counts()
    {
        SwarmStore store = Store();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                ushort port = (ushort)(thread * 100 + i % 50 + 1);
                Tell(store, i % 20, port, i % 3 == 0, AnnounceEvent.None);
                if (i % 7 == 0) Tell(store, i % 20, port, false, AnnounceEvent.Stopped);
            }
        }, TestContext.Current.CancellationToken)));
        long peers = store.Totals.Peers, swarms = store.Swarms;
        store.Sweep(default);
        Assert.Equal((swarms, peers), (store.Swarms, store.Totals.Peers));
    }

    private static void Tell(SwarmStore store, int hash, ushort port, bool isSeed, AnnounceEvent reason) =>
        store.TryAnnounce(new SwarmAnnounce
        {
            InfoHash = Hash(hash), Address = new HostAddress(Here), Port = port, IsSeed = isSeed, Event = reason,
            Wanted = 30,
        }, default, new byte[180], default, out _);

    private static SwarmStore Store(SwarmStoreOptions? options = null) =>
        new(options ?? new SwarmStoreOptions(), new Random(1));

    private StoreAnswer Announce(SwarmStore store, IPAddress address, int port, long left = 5,
        AnnounceEvent reason = AnnounceEvent.None, int wanted = 50, int hash = 0, ulong identity = 0) =>
        Ask(store, new SwarmAnnounce
        {
            InfoHash = Hash(hash), Address = new HostAddress(address), Port = (ushort)port, IsSeed = left == 0,
            Event = reason, Wanted = wanted, Identity = identity,
        });

    private StoreAnswer Ask(SwarmStore store, SwarmAnnounce announce)
    {
        Assert.True(store.TryAnnounce(announce, _now, _peers4, _peers6, out StoreAnswer answer));
        return answer;
    }

    private static (int Complete, int Downloaded, int Incomplete) Scrape(SwarmStore store, int hash = 0)
    {
        ScrapeEntry[] entries = [new ScrapeEntry(Hash(hash), 0, 0, 0)];
        Assert.True(store.TryScrape(entries));
        return (entries[0].Complete, entries[0].Downloaded, entries[0].Incomplete);
    }

    private static InfoHash Hash(int number) => new([.. BitConverter.GetBytes(number), .. new byte[16]]);
}
