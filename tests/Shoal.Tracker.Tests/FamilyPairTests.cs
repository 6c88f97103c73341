using System.Net;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

/// <summary>A client with an IPv4 and an IPv6 address is one peer in the counts and two in the lists.</summary>
public sealed class FamilyPairTests
{
    private static readonly HostAddress Four = new(IPAddress.Parse("10.0.0.1"));
    private static readonly HostAddress Six = new(IPAddress.Parse("fd00::1"));

    private readonly SwarmStore _store = new(new SwarmStoreOptions(), new Random(1));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_counts_once_whichever_comes_first(bool v4First)
    {
        Tell(v4First ? Four : Six, 7);
        Tell(v4First ? Six : Four, 7);
        Assert.Equal((0L, 1L, 1L, 1L), Totals);
        Tell(Four, 7, isSeed: true);
        Tell(Six, 7, isSeed: true);
        Assert.Equal((1L, 0L, 1L, 1L), Totals);
    }

    [Fact]
    public void Another_key_is_another_peer_and_evicts_nobody()
    {
        Tell(Four, 7);
        Tell(Six, 8);
        Assert.Equal((0L, 2L, 1L, 1L), Totals);
        Tell(Six, 7);
        Assert.Equal((0L, 2L, 1L, 1L), Totals);
    }

    [Fact]
    public void Those_without_a_key_are_each_by_themselves()
    {
        Tell(Four, 0);
        Tell(Six, 0);
        Assert.Equal((0L, 2L, 1L, 1L), Totals);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_one_address_leaves_the_other_still_counts(bool v4Leaves)
    {
        Tell(Four, 7, isSeed: true);
        Tell(Six, 7, isSeed: true);
        Tell(v4Leaves ? Four : Six, 7, reason: AnnounceEvent.Stopped);
        Assert.Equal((1L, 0L, v4Leaves ? 0L : 1L, v4Leaves ? 1L : 0L), Totals);
        Tell(v4Leaves ? Six : Four, 7, reason: AnnounceEvent.Stopped);
        Assert.Equal((0L, 0L, 0L, 0L), Totals);
        Assert.Equal(0, _store.Swarms);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_download_over_both_families_is_one(bool v4First)
    {
        Tell(Four, 7);
        Tell(Six, 7);
        Tell(v4First ? Four : Six, 7, isSeed: true, reason: AnnounceEvent.Completed);
        Tell(v4First ? Six : Four, 7, isSeed: true, reason: AnnounceEvent.Completed);
        Assert.Equal(1, Scrape().Downloaded);
    }

    [Fact]
    public void A_partial_seed_with_both_counts_as_one_that_does_not_download()
    {
        Tell(Four, 7, reason: AnnounceEvent.Paused);
        Tell(Six, 7, reason: AnnounceEvent.Paused);
        Tell(Four, 8, port: 2);
        Assert.Equal((2, 1), (Scrape().Incomplete, Scrape().Downloaders));
        Tell(Four, 7, reason: AnnounceEvent.Stopped);
        Assert.Equal((2, 1), (Scrape().Incomplete, Scrape().Downloaders));
        Tell(Six, 7);
        Assert.Equal((2, 2), (Scrape().Incomplete, Scrape().Downloaders));
    }

    [Fact]
    public void Any_mix_of_coming_changing_leaving_and_falling_silent_keeps_the_counts_right()
    {
        var random = new Random(5);
        var model = new Dictionary<(bool IsV4, int Peer), (bool IsSeed, TimeSpan Seen)>();
        TimeSpan now = default;
        for (int step = 0; step < 20_000; step++)
        {
            bool isV4 = random.Next(2) == 0;
            int peer = random.Next(1, 400);
            bool isSeed = peer % 3 == 0;
            var reason = random.Next(4) == 0 ? AnnounceEvent.Stopped : AnnounceEvent.None;
            now += TimeSpan.FromMilliseconds(50);
            Tell(isV4 ? Four : Six, (ulong)peer, isSeed, reason, (ushort)peer, now);
            if (reason == AnnounceEvent.Stopped) model.Remove((isV4, peer));
            else model[(isV4, peer)] = (isSeed, now);
            if (step % 400 != 399) continue;
            _store.Sweep(now);
            foreach ((var key, var value) in model.ToList())
                if (now.Ticks / _store.TickLength.Ticks - value.Seen.Ticks / _store.TickLength.Ticks > 100)
                    model.Remove(key);
            Assert.Equal(model.Keys.Select(k => k.Peer).Distinct().Count(), _store.Totals.Peers);
            Assert.Equal(model.Where(m => m.Value.IsSeed).Select(m => m.Key.Peer).Distinct().Count(),
                _store.Totals.Complete);
        }
    }

    private (long, long, long, long) Totals
    {
        get
        {
            StoreTotals totals = _store.Totals;
            return (totals.Complete, totals.Incomplete, totals.Rows4, totals.Rows6);
        }
    }

    private ScrapeEntry Scrape()
    {
        ScrapeEntry[] entries = [new(default, 0, 0, 0)];
        _store.TryScrape(entries);
        return entries[0];
    }

    private void Tell(HostAddress address, ulong identity, bool isSeed = false,
        AnnounceEvent reason = AnnounceEvent.None, ushort port = 1, TimeSpan now = default) =>
        _store.TryAnnounce(new SwarmAnnounce
        {
            InfoHash = default, Address = address, Port = port, Identity = identity, IsSeed = isSeed, Event = reason,
        }, now, default, default, out _);
}
