using Shoal.Swarm.Choking;

namespace Shoal.Swarm.Tests.Choking;

public sealed class NeighbourChokerTests
{
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(10);

    [Fact]
    public void The_clock_starts_with_the_first_interested_peer()
    {
        NeighbourChoker choker = Make();
        Assert.Empty(Round(choker, Start, [Peer(1) with { IsInterested = false }]));
        Assert.Equal(TimeSpan.Zero, choker.NextRound);
        Assert.Equal([1], Round(choker, At(1), [Peer(1)]));
        Assert.Equal(At(6), choker.NextRound);
    }

    [Fact]
    public void Those_who_gave_most_in_the_last_interval_are_preferred()
    {
        NeighbourChoker choker = Make();
        Round(choker, Start, [Peer(1), Peer(2), Peer(3), Peer(4)]);
        Round(choker, At(5), [Peer(1, 10), Peer(2, 20), Peer(3, 30), Peer(4, 40)]);
        Assert.Equal([4, 3], Preferred(choker));
        // What was given before the last interval counts no more.
        Round(choker, At(10), [Peer(1, 2), Peer(2, 1), Peer(3), Peer(4)]);
        Assert.Equal([1, 2], Preferred(choker));
    }

    [Fact]
    public void What_is_given_between_two_choices_counts_in_whatever_steps_it_is_told()
    {
        NeighbourChoker choker = Make(interval: 10, optimistic: 4);
        ChokerPeer[] none = [Peer(1), Peer(2), Peer(3)];
        Round(choker, Start, none);
        Round(choker, At(4), [Peer(1, 50), Peer(2), Peer(3, 10)]);
        Round(choker, At(8), [Peer(1), Peer(2, 20), Peer(3, 10)]);
        Round(choker, At(10), [Peer(1), Peer(2), Peer(3, 10)]);
        Assert.Equal([1, 3], Preferred(choker));
    }

    [Fact]
    public void Between_its_beats_nothing_changes()
    {
        NeighbourChoker choker = Make();
        int[] first = Round(choker, Start, [Peer(1), Peer(2)]);
        ChokerPeer[] later = [Peer(1), Peer(2), Peer(3, 1000), Peer(4, 1000)];
        Assert.Equal(first, Round(choker, At(4.75), later));
        Assert.False(choker.ShouldUnchokeNow(0));
        Assert.Equal([3, 4], Round(choker, At(5), later).Order());
    }

    [Fact]
    public void One_of_the_choked_is_unchoked_by_lot_on_a_beat_of_its_own()
    {
        var drawn = new HashSet<int>();
        NeighbourChoker choker = Make();
        ChokerPeer[] peers = [Peer(1, 20), Peer(2, 10), Peer(3), Peer(4), Peer(5), Peer(6)];
        Round(choker, Start, peers);
        int last = -1;
        for (int second = 5; second < 600; second += 5)
        {
            int[] unchoked = Round(choker, At(second), peers);
            Assert.Equal([1, 2], Preferred(choker));
            int optimistic = Assert.Single(choker.Optimistic);
            if (second % 15 == 0) Assert.NotEqual(last, optimistic);
            else if (second > 15) Assert.Equal(last, optimistic);
            if (second >= 15) Assert.Equal([1, 2, optimistic], unchoked);
            last = optimistic;
            if (second >= 15) drawn.Add(optimistic);
        }
        Assert.Equal([3, 4, 5, 6], drawn.Order());
    }

    [Fact]
    public void A_complete_peer_prefers_by_lot()
    {
        var preferred = new HashSet<int>();
        NeighbourChoker choker = Make();
        for (int second = 0; second < 300; second += 5)
        {
            Round(choker, At(second), [Peer(1, 1000), Peer(2), Peer(3), Peer(4)], isSeeding: true);
            preferred.UnionWith(Preferred(choker));
        }
        Assert.Equal([1, 2, 3, 4], preferred.Order());
    }

    [Fact]
    public void No_round_gives_more_than_the_neighbours_and_one_whoever_comes_and_goes()
    {
        var random = new SwarmRandom(3);
        NeighbourChoker choker = Make(preferred: 3);
        for (int step = 0; step < 2000; step++)
        {
            ChokerPeer[] peers =
            [
                .. Enumerable.Range(0, 12).Where(_ => random.Next(3) > 0)
                    .Select(i => Peer(i, random.Next(100)) with { IsInterested = random.Next(2) == 0 }),
            ];
            int[] unchoked = Round(choker, At(step * 0.25), peers, random.Next(4) == 0);
            Assert.InRange(choker.RegularCount, 0, 3);
            Assert.InRange(unchoked.Length, choker.RegularCount, choker.RegularCount + 1);
            Assert.Equal(unchoked.Length, unchoked.Distinct().Count());
            Assert.Subset(peers.Select(p => p.Slot).ToHashSet(), unchoked.ToHashSet());
        }
    }

    [Fact]
    public void A_beat_that_was_missed_is_not_made_up_for()
    {
        NeighbourChoker choker = Make();
        Round(choker, Start, [Peer(1)]);
        Round(choker, At(100), [Peer(1)]);
        Assert.Equal(At(105), choker.NextRound);
    }

    private static TimeSpan At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private static NeighbourChoker Make(int preferred = 2, int interval = 5, int optimistic = 15) => new(
        new NeighbourOptions
        {
            Preferred = preferred,
            Interval = TimeSpan.FromSeconds(interval),
            OptimisticInterval = TimeSpan.FromSeconds(optimistic),
        },
        new SwarmRandom(1));

    private static ChokerPeer Peer(int slot, long received = 0) =>
        new() { Slot = slot, IsInterested = true, BytesReceived = received };

    private int[] _lastRound = [];

    private int[] Preferred(NeighbourChoker choker) => _lastRound[..choker.RegularCount];

    private int[] Round(NeighbourChoker choker, TimeSpan now, ChokerPeer[] peers, bool isSeeding = false)
    {
        var unchoked = new int[peers.Length];
        return _lastRound = unchoked[..choker.HoldRound(now, isSeeding, peers, unchoked)];
    }
}
