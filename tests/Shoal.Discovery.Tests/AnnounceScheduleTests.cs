using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery.Tests;

public sealed class AnnounceScheduleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void The_first_announce_is_started_and_the_next_come_plainly_at_the_interval()
    {
        AnnounceSchedule schedule = Started(["a"]);
        AnnounceTurn first = Take(schedule);
        Assert.Equal(AnnounceEvent.Started, first.Event);
        Assert.Equal(AnnounceScheduleState.Announcing, schedule.State);
        Assert.Null(schedule.NextAt);
        schedule.Report(first, Good(900, trackerId: "id"), _now);
        Assert.Equal(_now + 900 * Second, schedule.NextAt);
        AssertNothingDue(schedule);
        _now += 900 * Second;
        AnnounceTurn second = Take(schedule);
        Assert.Equal((AnnounceEvent.None, "id"), (second.Event, second.TrackerId));
    }

    [Fact]
    public void Before_start_nothing_happens_and_without_trackers_it_ends_at_once()
    {
        var schedule = new AnnounceSchedule([Tier("a")], new Random(1));
        AssertNothingDue(schedule);
        schedule.Stop();
        Assert.Equal(AnnounceScheduleState.Stopped, schedule.State);
        var empty = new AnnounceSchedule([[], []], new Random(1));
        empty.Start(_now);
        Assert.Equal(AnnounceScheduleState.Exhausted, empty.State);
        empty.Stop();
        Assert.Equal(AnnounceScheduleState.Stopped, empty.State);
    }

    [Fact]
    public void Trackers_are_shuffled_within_their_tier_only()
    {
        var firsts = new HashSet<string>();
        for (int seed = 0; seed < 50; seed++)
        {
            var schedule = new AnnounceSchedule([Tier("a", "b", "c"), Tier("d")], new Random(seed));
            schedule.Start(_now);
            firsts.Add(Take(schedule).Tracker.Url.Host);
        }
        Assert.Equal(["a", "b", "c"], firsts.Order());
    }

    [Fact]
    public void After_a_failure_the_next_tracker_has_its_turn_at_once_and_an_answer_promotes_it()
    {
        AnnounceSchedule schedule = Started(["a", "b"], ["c"]);
        AnnounceTurn first = Take(schedule);
        schedule.Report(first, Bad(), _now);
        AnnounceTurn second = Take(schedule);
        Assert.NotEqual(first.Tracker, second.Tracker);
        schedule.Report(second, Good(60), _now);
        _now += 60 * Second;
        Assert.Equal(second.Tracker, Take(schedule).Tracker);
    }

    [Fact]
    public void A_better_tier_is_tried_again_once_its_pause_is_over()
    {
        AnnounceSchedule schedule = Started(["a"], ["b"]);
        schedule.Report(Take(schedule), Bad(), _now);
        AnnounceTurn second = Take(schedule);
        Assert.Equal("b", second.Tracker.Url.Host);
        schedule.Report(second, Good(900), _now);
        _now += 900 * Second;
        AnnounceTurn third = Take(schedule);
        Assert.Equal(("a", AnnounceEvent.Started), (third.Tracker.Url.Host, third.Event));
    }

    [Fact]
    public void Pauses_after_failures_double_are_spread_and_have_an_end()
    {
        AnnounceSchedule schedule = Started(["a"]);
        var pauses = new List<TimeSpan>();
        for (int i = 0; i < 20; i++)
        {
            schedule.Report(Take(schedule), Bad(), _now);
            pauses.Add(schedule.NextAt!.Value - _now);
            _now = schedule.NextAt.Value;
        }
        for (int i = 0; i < pauses.Count; i++)
        {
            TimeSpan full = TimeSpan.FromSeconds(Math.Min(1800, 15 * Math.Pow(2, i)));
            Assert.InRange(pauses[i], full * 0.75, full * 1.25);
        }
        Assert.True(pauses.Distinct().Count() > 10);
    }

    [Fact]
    public void A_refusing_tracker_is_asked_again_when_it_says_and_one_that_says_never_is_not()
    {
        AnnounceSchedule schedule = Started(["a"]);
        schedule.Report(Take(schedule), Refused(5), _now);
        Assert.Equal(_now + TimeSpan.FromMinutes(5), schedule.NextAt);
        _now += TimeSpan.FromMinutes(5);
        schedule.Report(Take(schedule), Refused(null), _now);
        Assert.Equal(AnnounceScheduleState.Exhausted, schedule.State);
        Assert.Null(schedule.NextAt);
        schedule.NeedPeers(_now);
        schedule.Complete(_now);
        _now += TimeSpan.FromDays(30);
        AssertNothingDue(schedule);
        schedule.Stop();
        Assert.Equal(AnnounceScheduleState.Stopped, schedule.State);
    }

    [Fact]
    public void Needing_peers_brings_the_announce_forward_to_the_minimum_interval_and_no_further()
    {
        AnnounceSchedule schedule = Started(["a"]);
        schedule.Report(Take(schedule), Good(1800, minInterval: 120), _now);
        schedule.NeedPeers(_now);
        schedule.NeedPeers(_now + Second);
        Assert.Equal(_now + 120 * Second, schedule.NextAt);
        _now += 500 * Second;
        schedule.NeedPeers(_now);
        schedule.Report(Take(schedule), Good(60, minInterval: 600), _now);
        Assert.Equal(_now + 600 * Second, schedule.NextAt);
    }

    [Fact]
    public void Needing_peers_does_not_shorten_the_pause_after_failures()
    {
        AnnounceSchedule schedule = Started(["a"]);
        schedule.Report(Take(schedule), Bad(), _now);
        TimeSpan? due = schedule.NextAt;
        schedule.NeedPeers(_now);
        schedule.Complete(_now);
        Assert.Equal(due, schedule.NextAt);
    }

    [Fact]
    public void Completion_is_told_at_once_once_and_only_to_a_tracker_that_knew_us_incomplete()
    {
        AnnounceSchedule schedule = Started(["a"], ["b"]);
        schedule.Report(Take(schedule), Good(1800), _now);
        schedule.Complete(_now);
        AnnounceTurn completed = Take(schedule);
        Assert.Equal(("a", AnnounceEvent.Completed), (completed.Tracker.Url.Host, completed.Event));
        schedule.Report(completed, Bad(), _now);
        AnnounceTurn other = Take(schedule);
        Assert.Equal(("b", AnnounceEvent.Started), (other.Tracker.Url.Host, other.Event));
        schedule.Report(other, Good(1800), _now);
        _now += 1800 * Second;
        AnnounceTurn again = Take(schedule);
        Assert.Equal(("a", AnnounceEvent.Completed), (again.Tracker.Url.Host, again.Event));
        schedule.Report(again, Good(1800), _now);
        _now += 1800 * Second;
        Assert.Equal(AnnounceEvent.None, Take(schedule).Event);
    }

    [Fact]
    public void Completion_during_an_announce_is_told_right_after_it()
    {
        AnnounceSchedule schedule = Started(["a"]);
        schedule.Report(Take(schedule), Good(1800), _now);
        _now += 1800 * Second;
        AnnounceTurn regular = Take(schedule);
        schedule.Complete(_now);
        schedule.Report(regular, Good(1800), _now);
        Assert.Equal(AnnounceEvent.Completed, Take(schedule).Event);
    }

    [Fact]
    public void A_partial_seed_says_paused_unless_the_tracker_cannot_hear_it()
    {
        AnnounceSchedule schedule = Started(["a"]);
        schedule.Report(Take(schedule, isPartialSeed: true), Good(1800), _now);
        _now += 1800 * Second;
        AnnounceTurn paused = Take(schedule, isPartialSeed: true);
        Assert.Equal(AnnounceEvent.Paused, paused.Event);
        schedule.Report(paused, Refused(5), _now);
        _now += TimeSpan.FromMinutes(5);
        paused = Take(schedule, isPartialSeed: true);
        Assert.Equal(AnnounceEvent.Paused, paused.Event);
        schedule.Report(paused, Bad(), _now);
        Assert.Equal(AnnounceEvent.None, Take(schedule, isPartialSeed: true).Event);
    }

    [Fact]
    public void Stopping_tells_each_tracker_that_may_know_us_once()
    {
        AnnounceSchedule schedule = Started(["a"], ["b"], ["c"], ["d"]);
        schedule.Report(Take(schedule), Bad(), _now);
        schedule.Report(Take(schedule), Good(60, trackerId: "x"), _now);
        _now += 60 * Second;
        AnnounceTurn underWay = Take(schedule);
        Assert.Equal("a", underWay.Tracker.Url.Host);
        schedule.Stop();
        Assert.Equal(AnnounceScheduleState.Stopping, schedule.State);
        AnnounceTurn first = Take(schedule);
        AnnounceTurn second = Take(schedule);
        Assert.Equal([("a", null), ("b", "x")],
            new[] { first, second }.Select(t => (t.Tracker.Url.Host, t.TrackerId)).Order());
        Assert.All([first, second], t => Assert.Equal(AnnounceEvent.Stopped, t.Event));
        AssertNothingDue(schedule);
        schedule.Report(underWay, Good(60), _now);
        schedule.Report(first, Bad(), _now);
        Assert.Equal(AnnounceScheduleState.Stopping, schedule.State);
        schedule.Report(second, Good(60), _now);
        Assert.Equal(AnnounceScheduleState.Stopped, schedule.State);
    }

    [Fact]
    public void A_torrent_with_a_hundred_thousand_trackers_uses_a_few_hundred()
    {
        IReadOnlyList<TrackerSource> tier = [.. Enumerable.Repeat(Tier("a")[0], 1000)];
        var schedule = new AnnounceSchedule([.. Enumerable.Repeat(tier, 100)], new Random(1));
        schedule.Start(_now);
        int asked = 0;
        while (schedule.TryTake(_now, false, out AnnounceTurn? turn))
        {
            asked++;
            schedule.Report(turn, Bad(), _now);
        }
        Assert.Equal(AnnounceSchedule.MaxTrackers, asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_trackers_answer_announces_are_never_closer_than_allowed_and_never_cease(int seed)
    {
        var random = new Random(seed);
        AnnounceSchedule schedule = Started(["a", "b"], ["c"]);
        var lastFailure = new Dictionary<string, TimeSpan>();
        for (int i = 0; i < 2000; i++)
        {
            Assert.NotNull(schedule.NextAt);
            if (schedule.NextAt > _now) _now = schedule.NextAt.Value;
            AnnounceTurn turn = Take(schedule);
            string host = turn.Tracker.Url.Host;
            if (lastFailure.TryGetValue(host, out TimeSpan failed))
                Assert.True(_now - failed >= AnnounceSchedule.FirstBackoff * 0.75);
            bool fails = random.Next(3) == 0;
            if (fails) lastFailure[host] = _now;
            else lastFailure.Remove(host);
            schedule.Report(turn, fails ? Bad() : Good(random.Next(60, 4000), random.Next(30, 500)), _now);
            if (random.Next(4) == 0) schedule.NeedPeers(_now);
            if (random.Next(100) == 0) schedule.Complete(_now);
        }
    }

    private static TrackerSource[] Tier(params string[] hosts) =>
        [.. hosts.Select(host => new TrackerSource(new Uri($"http://{host}/announce"), AddressOrigin.User))];

    private AnnounceSchedule Started(params string[][] tiers)
    {
        var schedule = new AnnounceSchedule([.. tiers.Select(hosts => Tier(hosts))], new Random(5));
        schedule.Start(_now);
        return schedule;
    }

    private AnnounceTurn Take(AnnounceSchedule schedule, bool isPartialSeed = false)
    {
        Assert.True(schedule.TryTake(_now, isPartialSeed, out AnnounceTurn? turn));
        return turn;
    }

    private void AssertNothingDue(AnnounceSchedule schedule) => Assert.False(schedule.TryTake(_now, false, out _));

    private static AnnounceOutcome Good(int interval, int minInterval = 30, string? trackerId = null) =>
        AnnounceOutcome.Of(new AnnounceReply
        {
            Interval = interval * Second, MinInterval = minInterval * Second, TrackerId = trackerId,
        }, AddressScope.Global);

    private static AnnounceOutcome Bad() => AnnounceOutcome.Failed("no");

    private static AnnounceOutcome Refused(int? minutes) => AnnounceOutcome.Of(new AnnounceReply
    {
        Failure = "no", RetryIn = minutes is { } m ? TimeSpan.FromMinutes(m) : null, IsFinal = minutes is null,
    }, AddressScope.Global);
}
