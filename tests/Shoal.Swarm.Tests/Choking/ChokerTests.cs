using Shoal.Swarm.Choking;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Choking;

public sealed class ChokerTests
{
    private const int PieceLength = 256 * 1024;
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(10);

    [Fact]
    public void Every_small_swarm_gets_as_many_slots_as_there_are_and_only_for_the_interested()
    {
        // Four peers, each: interested or not, with or without a slot, having given nothing, little or much.
        for (int code = 0; code < 12 * 12 * 12 * 12; code++)
        {
            var peers = new ChokerPeer[4];
            for (int i = 0, rest = code; i < 4; i++, rest /= 12)
            {
                peers[i] = new ChokerPeer
                {
                    Slot = i,
                    IsInterested = rest % 2 == 1,
                    IsUnchoked = rest / 2 % 2 == 1,
                    BytesReceived = rest / 4 % 3 * 100_000,
                };
            }
            CheckRound(peers, slots: code % 4 + 1, (ulong)code);
        }
    }

    private static void CheckRound(ChokerPeer[] peers, int slots, ulong seed)
    {
        Choker choker = Make(new ChokerOptions { Slots = slots }, seed);
        int[] chosen = Round(choker, Start, peers);
        int interested = peers.Count(p => p.IsInterested);
        Assert.Equal(Math.Min(slots, interested), chosen.Length);
        Assert.Equal(chosen.Length, chosen.Distinct().Count());
        Assert.All(chosen, slot => Assert.True(peers[slot].IsInterested));
        int optimistic = choker.Optimistic.Count;
        Assert.Equal(interested > slots ? 1 : 0, optimistic);
        if (optimistic == 0) return;
        // No peer outside the regular slots gave more than one inside.
        int[] regular = [.. chosen.Except(choker.Optimistic)];
        foreach (int inside in regular)
        foreach (ChokerPeer outside in peers.Where(p => p.IsInterested && !regular.Contains(p.Slot)))
            Assert.True(peers[inside].BytesReceived * 1.1 >= outside.BytesReceived);
    }

    [Fact]
    public void Who_gives_most_gets_the_regular_slots()
    {
        Choker choker = Make(new ChokerOptions { Slots = 4 });
        ChokerPeer[] peers = [.. Enumerable.Range(0, 20).Select(i => Peer(i, received: i * 50_000))];
        int[] chosen = Round(choker, Start, peers);
        Assert.Equal([19, 18, 17], chosen[..3]);
        Assert.DoesNotContain(chosen[3], chosen[..3]);
        Assert.Equal([chosen[3]], choker.Optimistic);
    }

    [Fact]
    public void A_snubbing_peer_loses_its_regular_slot()
    {
        Choker choker = Make(new ChokerOptions { Slots = 4 });
        ChokerPeer[] peers = [.. Enumerable.Range(0, 20).Select(i => Peer(i, received: i * 50_000))];
        peers[19] = peers[19] with { IsSnubbing = true, IsUnchoked = true };
        Assert.Equal([18, 17, 16], Round(choker, Start, peers)[..3]);
    }

    [Fact]
    public void Who_gave_more_than_it_got_and_has_nothing_that_we_need_comes_first_until_it_snubs_us()
    {
        Choker choker = Make(new ChokerOptions { Slots = 4 });
        ChokerPeer[] peers = [.. Enumerable.Range(0, 20).Select(i => Peer(i, received: i * 50_000))];
        peers[3] = peers[3] with { BytesReceived = 0, Owed = 5_000_000 };
        Assert.Equal([3, 19, 18], Round(choker, Start, peers)[..3]);
        peers[3] = peers[3] with { IsSnubbing = true };
        Assert.Equal([19, 18, 17], Round(choker, Start + TimeSpan.FromSeconds(10), peers)[..3]);
    }

    [Fact]
    public void Nearly_equal_peers_do_not_take_the_slot_from_each_other()
    {
        Choker choker = Make(new ChokerOptions { Slots = 3 });
        var random = new SwarmRandom(4);
        bool[] has = new bool[4];
        int changes = 0;
        for (int round = 0; round < 60; round++)
        {
            // Peers 0 to 3 give the same but for a jitter of 4 %; the others give nothing.
            ChokerPeer[] peers = new ChokerPeer[10];
            for (int i = 0; i < 10; i++)
            {
                peers[i] = Peer(i, received: i < 4 ? 1_000_000 + random.Next(40_000) : 0)
                    with { IsUnchoked = i < 4 && has[i] };
            }
            int[] chosen = Round(choker, Start + round * TimeSpan.FromSeconds(10), peers);
            int[] regular = [.. chosen.Except(choker.Optimistic)];
            for (int i = 0; i < 4; i++)
            {
                if (round > 0 && has[i] && !chosen.Contains(i)) changes++;
                has[i] = regular.Contains(i);
            }
        }
        Assert.Equal(0, changes);
    }

    [Fact]
    public void The_optimistic_slot_stays_30_seconds_and_moves_on_then()
    {
        Choker choker = Make(new ChokerOptions { Slots = 4 });
        ChokerPeer[] peers = [.. Enumerable.Range(0, 10).Select(i => Peer(i, received: i < 3 ? 100_000 : 0))];
        int before = -1;
        for (int round = 0; round < 300; round++)
        {
            Round(choker, Start + round * TimeSpan.FromSeconds(10), peers);
            int slot = Assert.Single(choker.Optimistic);
            Assert.Equal(round % 3 != 0, slot == before);
            before = slot;
        }
    }

    [Fact]
    public void A_newcomer_wins_the_optimistic_slot_three_times_as_often()
    {
        int newcomerWins = 0;
        const int Rounds = 4000;
        for (ulong seed = 0; seed < Rounds; seed++)
        {
            Choker choker = Make(new ChokerOptions { Slots = 1 }, seed);
            ChokerPeer[] peers = [Peer(0), Peer(1), Peer(2), Peer(3) with { ConnectedAt = Start }];
            if (Round(choker, Start, peers)[0] == 3) newcomerWins++;
        }
        Assert.InRange(newcomerWins, Rounds * 0.46, Rounds * 0.54);
    }

    [Fact]
    public void A_peer_that_takes_nothing_of_a_seed_loses_its_turn_to_one_that_waits()
    {
        var choker = new Choker(new ChokerOptions { Slots = 2 }, PieceLength, new SwarmRandom(1));
        TimeSpan now = TimeSpan.FromMinutes(2);
        ChokerPeer idle = Peer(1) with { IsUnchoked = true, ChangedAt = TimeSpan.Zero };
        ChokerPeer busy = idle with { BytesSent = 1000, BytesSentInSlot = 1000 };
        ChokerPeer waiting = Peer(2) with { ChangedAt = TimeSpan.FromMinutes(1) };
        ChokerPeer newcomer = Peer(3) with { ChangedAt = now };
        // The regular slot; the other goes by lot.
        Assert.Equal(2, Round(choker, now, [idle, waiting, newcomer], isSeeding: true)[0]);
        Assert.Equal(1, Round(choker, now, [busy, waiting, newcomer], isSeeding: true)[0]);
    }

    [Fact]
    public void A_seed_serves_everybody_by_turns()
    {
        Choker choker = Make(new ChokerOptions { Slots = 4 });
        var sent = new long[16];
        var inSlot = new long[16];
        var has = new bool[16];
        var changed = new TimeSpan[16];
        TimeSpan now = Start;
        for (int round = 0; round < 600; round++, now += TimeSpan.FromSeconds(10))
        {
            ChokerPeer[] peers = new ChokerPeer[16];
            for (int i = 0; i < 16; i++)
            {
                long bytes = has[i] ? 2_000_000 : 0;
                sent[i] += bytes;
                inSlot[i] += bytes;
                peers[i] = Peer(i) with
                {
                    IsUnchoked = has[i], BytesSent = bytes, BytesSentInSlot = inSlot[i], ChangedAt = changed[i],
                };
            }
            int[] chosen = Round(choker, now, peers, isSeeding: true);
            for (int i = 0; i < 16; i++)
            {
                bool gets = chosen.Contains(i);
                if (gets == has[i]) continue;
                bool isShort = has[i] && inSlot[i] > 0 && now - changed[i] < TimeSpan.FromSeconds(30);
                Assert.False(isShort, "A turn ended before its time.");
                (has[i], inSlot[i], changed[i]) = (gets, 0, now);
            }
        }
        Assert.True(sent.Min() > sent.Max() * 0.7, $"{sent.Min()} and {sent.Max()} bytes are not by turns.");
    }

    [Theory]
    [InlineData(SeedStrategy.FastestUpload, 5)]
    [InlineData(SeedStrategy.AntiLeech, 9)]
    public void A_seed_can_favour_the_fastest_or_those_at_either_end(SeedStrategy strategy, int first)
    {
        Choker choker = Make(new ChokerOptions { Slots = 3, SeedStrategy = strategy });
        ChokerPeer[] peers = [.. Enumerable.Range(0, 10).Select(i => Peer(i) with
        {
            BytesSent = i == 5 ? 1_000_000 : 1000, HavePerMille = 400 + (i == 9 ? 590 : i * 10),
        })];
        Assert.Equal(first, Round(choker, Start, peers, isSeeding: true)[0]);
    }

    [Theory]
    [InlineData(20, 0, 20)]
    [InlineData(0, 100 * 1024, 7)]
    [InlineData(0, 1, 4)]
    [InlineData(0, 1L << 40, 128)]
    [InlineData(0, 0, 8)]
    public void The_number_of_slots_is_given_or_follows_the_upload_limit(int slots, long limit, int expected) =>
        Assert.Equal(expected, Make(new ChokerOptions { Slots = slots, UploadLimitBytesPerSecond = limit }).Slots);

    [Fact]
    public void Without_a_limit_slots_grow_while_every_peer_takes_enough()
    {
        Choker choker = Make(new ChokerOptions());
        ChokerPeer[] fast = [.. Enumerable.Range(0, 40).Select(i => Peer(i) with { BytesSent = 10L << 20 })];
        Round(choker, Start, fast);
        Assert.Equal(8, choker.Slots);
        Round(choker, Start + TimeSpan.FromSeconds(10), fast);
        // One more than the 40 that take enough, and the eight there were once more.
        Assert.Equal(49, choker.Slots);
        ChokerPeer[] slow = [.. fast.Select(p => p with { BytesSent = 100_000 })];
        Round(choker, Start + TimeSpan.FromSeconds(20), slow);
        Assert.Equal(8, choker.Slots);
    }

    [Theory]
    [InlineData(false, 17, 22, 28)]
    [InlineData(true, 17, 35, 71)]
    public void Slots_double_while_each_carries_as_much_as_before(bool hasRoom, params int[] expected)
    {
        // At first nothing is known of the line, so that is tried.
        Choker choker = Make(new ChokerOptions());
        Round(choker, Start, [.. Enumerable.Range(0, 200).Select(i => Peer(i))]);
        for (int round = 0; round < expected.Length; round++)
        {
            // Those with a slot take half a MiB a second each, or share so much as eight of them would.
            long each = hasRoom ? 5L << 20 : (8 * 5L << 20) / choker.Slots;
            int slots = choker.Slots;
            ChokerPeer[] peers =
                [.. Enumerable.Range(0, 200).Select(i => Peer(i) with { BytesSent = i < slots ? each : 0 })];
            TimeSpan now = Start + (round + 1) * TimeSpan.FromSeconds(10);
            Round(choker, now, peers);
            Assert.Equal(expected[round], choker.Slots);
            // Whether there is room for still more is tried soon.
            bool isSoon = choker.NextRound == now + TimeSpan.FromSeconds(2);
            Assert.Equal(hasRoom || round == 0, isSoon);
        }
    }

    [Theory]
    [InlineData(512, 35)]
    [InlineData(320, 22)]
    public void That_new_slots_carry_more_at_first_is_not_taken_for_a_full_line(int kiBEach, int expected)
    {
        // What a peer keeps under way is half a MiB, which a new slot carries beyond what the peer takes.
        Choker choker = Make(new ChokerOptions());
        Round(choker, Start, [.. Enumerable.Range(0, 200).Select(i => Peer(i))]);
        int slots = 0;
        for (int round = 1; round <= 2; round++)
        {
            int begun = slots;
            slots = choker.Slots;
            ChokerPeer[] peers =
            [
                .. Enumerable.Range(0, 200).Select(i => Peer(i) with
                {
                    BytesSent = (round == 1 ? 1024 : 2 * kiBEach) * 1024L * (i < slots ? 1 : 0)
                        + (i >= begun && i < slots ? 512 * 1024 : 0),
                }),
            ];
            Round(choker, Start + round * TimeSpan.FromSeconds(2), peers);
        }
        Assert.Equal(expected, choker.Slots);
    }

    [Fact]
    public void A_free_slot_is_given_at_once()
    {
        Choker choker = Make(new ChokerOptions { Slots = 2 });
        Assert.True(choker.ShouldUnchokeNow(1));
        Assert.False(choker.ShouldUnchokeNow(2));
        Assert.True(Make(new ChokerOptions { Slots = -1 }).ShouldUnchokeNow(100_000));
        Assert.Equal(TimeSpan.Zero, choker.NextRound);
        Round(choker, Start, []);
        Assert.Equal(Start + TimeSpan.FromSeconds(2), choker.NextRound);
        Round(choker, Start + TimeSpan.FromSeconds(2), []);
        Assert.Equal(Start + TimeSpan.FromSeconds(12), choker.NextRound);
    }

    [Theory]
    [InlineData(1L << 20, 10)]
    [InlineData(5L << 20, 5)]
    [InlineData(1L << 30, 2)]
    public void A_round_lasts_until_an_average_slot_has_carried_ten_pieces(long bytesIn10Seconds, int expected)
    {
        Choker choker = Make(new ChokerOptions());
        // One slot of the eight is not used, so no more of them are tried.
        ChokerPeer[] peers = [.. Enumerable.Range(0, 7).Select(i => Peer(i) with { BytesSent = bytesIn10Seconds })];
        Round(choker, Start, peers);
        Round(choker, Start + TimeSpan.FromSeconds(10), [.. peers, Peer(7), Peer(8)]);
        Assert.Equal(Start + TimeSpan.FromSeconds(10 + expected), choker.NextRound);
    }

    [Fact]
    public void A_round_allocates_nothing_once_warm()
    {
        Choker choker = Make(new ChokerOptions { Slots = 20 });
        ChokerPeer[] peers = [.. Enumerable.Range(0, 200).Select(i => Peer(i, received: i * 1000))];
        var unchoked = new int[200];
        for (int i = 0; i < 10; i++) choker.HoldRound(Start + i * TimeSpan.FromSeconds(10), false, peers, unchoked);
        int next = 10;
        long allocated = Allocations.Least(() =>
        {
            for (int i = next; i < next + 40; i++)
                choker.HoldRound(Start + i * TimeSpan.FromSeconds(10), i % 2 == 0, peers, unchoked);
            next += 40;
        });
        Assert.Equal(0, allocated);
    }

    private static Choker Make(ChokerOptions options, ulong seed = 1) =>
        new(options, PieceLength, new SwarmRandom(seed));

    private static ChokerPeer Peer(int slot, long received = 0) =>
        new() { Slot = slot, IsInterested = true, BytesReceived = received };

    private static int[] Round(Choker choker, TimeSpan now, ChokerPeer[] peers, bool isSeeding = false)
    {
        var unchoked = new int[peers.Length];
        return unchoked[..choker.HoldRound(now, isSeeding, peers, unchoked)];
    }
}
