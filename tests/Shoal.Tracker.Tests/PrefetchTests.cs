using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

/// <summary>Fetching early is a hint: nothing comes of it, whatever the hashes are and whatever goes on.</summary>
public sealed class PrefetchTests
{
    private const int Swarms = 500;

    private readonly SwarmStore _store = new(new SwarmStoreOptions { MaxPeersPerHost = 1000 }, new Random(1));

    [Fact]
    public void It_changes_nothing_for_known_unknown_and_vacated_swarms()
    {
        for (int swarm = 0; swarm < Swarms; swarm++)
            for (int port = 1; port <= 1 + swarm % 7; port++)
                Announce(swarm, port, AnnounceEvent.None);
        for (int swarm = 0; swarm < Swarms; swarm += 3)
            for (int port = 1; port <= 1 + swarm % 7; port++)
                Announce(swarm, port, AnnounceEvent.Stopped);
        (long swarms, StoreTotals totals) = (_store.Swarms, _store.Totals);
        for (int first = 0; first < 2 * Swarms; first += ISwarmStore.MaxPrefetch) _store.Prefetch(Hashes(first));
        Assert.Equal(swarms, _store.Swarms);
        Assert.Equal(totals, _store.Totals);
    }

    [Fact]
    public void More_hashes_than_fit_and_none_at_all_are_fine()
    {
        _store.Prefetch(default);
        _store.Prefetch(new InfoHash[3 * ISwarmStore.MaxPrefetch]);
        Assert.Equal(0, _store.Swarms);
    }

    [Fact]
    public async Task It_goes_on_while_swarms_come_grow_shrink_and_go()
    {
        // Tables grow, blocks are freed and given to others under the eyes of the one that fetches.
        bool isOver = false;
        Task fetching = Task.Run(() =>
        {
            do
            {
                for (int first = 0; first < Swarms; first += ISwarmStore.MaxPrefetch) _store.Prefetch(Hashes(first));
            }
            while (!Volatile.Read(ref isOver));
        }, TestContext.Current.CancellationToken);
        for (int round = 0; round < 3; round++)
        {
            for (int port = 1; port <= 40; port++)
                for (int swarm = 0; swarm < Swarms; swarm++)
                    Announce(swarm, port, AnnounceEvent.None);
            for (int port = 1; port <= 40; port++)
                for (int swarm = 0; swarm < Swarms; swarm++)
                    Announce(swarm, port, AnnounceEvent.Stopped);
        }
        Volatile.Write(ref isOver, true);
        await fetching;
        Assert.Equal(0, _store.Totals.Peers);
    }

    private static InfoHash[] Hashes(int first)
    {
        var hashes = new InfoHash[ISwarmStore.MaxPrefetch];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = HashOf(first + i);
        return hashes;
    }

    private static InfoHash HashOf(int swarm)
    {
        Span<byte> bytes = stackalloc byte[InfoHash.Length];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, swarm);
        return new InfoHash(bytes);
    }

    private void Announce(int swarm, int port, AnnounceEvent reason) => _store.TryAnnounce(new SwarmAnnounce
    {
        InfoHash = HashOf(swarm), Address = new HostAddress(0xc0000207), Port = (ushort)port, Event = reason,
    }, default, default, default, out _);
}
