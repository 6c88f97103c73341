using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

/// <summary>Whom an announce gets, seen through the store.</summary>
public sealed class PeerChoiceTests
{
    private readonly SwarmStore _store = new(new SwarmStoreOptions(), new Random(1));
    private readonly byte[] _peers4 = new byte[6 * 300];
    private readonly byte[] _peers6 = new byte[18 * 300];

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("fd00::1")]
    public void Every_peer_of_a_part_is_chosen_equally_often_and_the_requester_never(string address)
    {
        Fill(address, seeds: 40, leeches: 60);
        int[] counts = new int[101];
        const int Rounds = 20_000;
        for (int i = 0; i < Rounds; i++)
            foreach (int port in Ask(address, 70, wanted: 20))
                counts[port]++;
        Assert.Equal(0, counts[70]);
        for (int port = 1; port <= 100; port++)
        {
            if (port == 70) continue;
            double expected = Rounds * (port <= 40 ? 10 / 40.0 : 10 / 59.0);
            Assert.InRange(counts[port], expected * 0.9, expected * 1.1);
        }
    }

    [Theory]
    [InlineData(40, 60, 20, 10, 10)]
    [InlineData(3, 60, 20, 3, 17)]
    [InlineData(60, 4, 20, 17, 3)]
    [InlineData(2, 3, 20, 2, 2)]
    [InlineData(0, 1, 20, 0, 0)]
    [InlineData(5, 5, 0, 0, 0)]
    [InlineData(5, 5, 1, 1, 0)]
    [InlineData(400, 600, 50, 25, 25)]
    public void A_leech_gets_a_mix_without_repetition(
        int seeds, int leeches, int wanted, int fromSeeds, int fromLeeches)
    {
        Fill("10.0.0.1", seeds, leeches);
        List<int> ports = Ask("10.0.0.1", seeds + leeches, wanted);
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.Equal((fromSeeds, fromLeeches), (ports.Count(p => p <= seeds), ports.Count(p => p > seeds)));
        Assert.DoesNotContain(seeds + leeches, ports);
    }

    [Fact]
    public void A_seed_gets_leeches_only()
    {
        Fill("10.0.0.1", 30, 5);
        Assert.Equal([31, 32, 33, 34, 35], Ask("10.0.0.1", 3, 20, isSeed: true).Order());
    }

    [Fact]
    public void Addresses_go_to_those_who_can_reach_them()
    {
        Ask("127.0.0.1", 1, 0);
        Ask("169.254.0.1", 2, 0);
        Ask("10.0.0.1", 3, 0);
        Ask("8.8.8.8", 4, 0);
        Assert.Equal([1, 2, 3, 4], Ask("127.0.0.2", 9, 9).Order());
        Assert.Equal([2, 3, 4], Ask("169.254.0.2", 8, 9).Where(p => p != 9).Order());
        Assert.Equal([3, 4], Ask("10.0.0.2", 7, 9).Where(p => p < 7).Order());
        Assert.Equal([4], Ask("9.9.9.9", 6, 9).Where(p => p < 6));
    }

    [Fact]
    public void A_stranger_among_thousands_of_neighbours_is_found_for_strangers()
    {
        Fill("10.0.0.1", 0, 100);
        Ask("8.8.8.8", 4000, 0);
        var found = new HashSet<int>();
        for (int i = 0; i < 200; i++) found.UnionWith(Ask("9.9.9.9", 5000, 50));
        Assert.Equal([4000], found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_mix_of_adding_changing_and_removing_agrees_with_a_dictionary(int seed)
    {
        var random = new Random(seed);
        var model = new Dictionary<(string, int), (bool IsSeed, TimeSpan Seen)>();
        string[] addresses = ["10.0.0.1", "fd00::1", "10.0.0.2", "fd00:1::1"];
        TimeSpan now = default;
        for (int step = 0; step < 12_000; step++)
        {
            // The number of ports grows, so that the swarm passes through all of its forms, and shrinks again.
            int ports = 1 + (step < 6000 ? step / 20 : (12_000 - step) / 20);
            (string address, int port) = (addresses[random.Next(4)], random.Next(1, ports + 1));
            bool isSeed = random.Next(2) == 0;
            now += TimeSpan.FromMilliseconds(20);
            if (random.Next(3) == 0)
            {
                Ask(address, port, 0, reason: AnnounceEvent.Stopped, now: now);
                model.Remove((address, port));
            }
            else
            {
                Ask(address, port, 0, isSeed, now: now);
                model[(address, port)] = (isSeed, now);
            }
            if (step % 500 == 499)
            {
                _store.Sweep(now);
                TimeSpan at = now;
                foreach ((var key, var value) in model.ToList())
                    if (at.Ticks / _store.TickLength.Ticks - value.Seen.Ticks / _store.TickLength.Ticks > 100)
                        model.Remove(key);
            }
            Assert.Equal(model.Count, _store.Totals.Peers);
            Assert.Equal(model.Values.Count(v => v.IsSeed), _store.Totals.Complete);
        }
        Assert.Equal(Math.Min(300, model.Count), Ask("10.0.0.9", 9999, 300, now: now).Count);
    }

    private void Fill(string address, int seeds, int leeches)
    {
        for (int port = seeds + leeches; port > 0; port--) Ask(address, port, 0, port <= seeds);
    }

    private List<int> Ask(string address, int port, int wanted, bool isSeed = false,
        AnnounceEvent reason = AnnounceEvent.None, TimeSpan now = default)
    {
        Assert.True(_store.TryAnnounce(new SwarmAnnounce
        {
            InfoHash = default, Address = new HostAddress(IPAddress.Parse(address)), Port = (ushort)port,
            IsSeed = isSeed, Wanted = wanted, Event = reason,
        }, now, _peers4, _peers6, out StoreAnswer answer));
        var ports = new List<int>();
        for (int i = 0; i < answer.Bytes4; i += 6) ports.Add(_peers4[i + 4] << 8 | _peers4[i + 5]);
        for (int i = 0; i < answer.Bytes6; i += 18) ports.Add(_peers6[i + 16] << 8 | _peers6[i + 17]);
        return ports;
    }
}
