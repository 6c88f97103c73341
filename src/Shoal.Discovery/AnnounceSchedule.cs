using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>
/// Decides when which tracker of a torrent is told what
/// (<see href="https://www.bittorrent.org/beps/bep_0012.html">BEP 12</see>, 21, 31): trackers are shuffled within their
/// tier, tried in order, and the one that answers moves to the front of its tier.
/// </summary>
/// <remarks>
/// It does no I/O and reads no clock: each call brings the time, which never runs backwards. It is for one thread at a
/// time.
/// </remarks>
public sealed class AnnounceSchedule
{
    /// <summary>Trackers used of one torrent at the most; a file of 10 MB can name a hundred thousand.</summary>
    public const int MaxTrackers = 200;

    /// <summary>The pause after a first failure; each further one doubles it.</summary>
    internal static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(15);

    /// <summary>The longest pause after failures; half of libtorrent's.</summary>
    internal static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(30);

    /// <summary>Doublings that lead past the longest pause.</summary>
    private const int MaxDoublings = 8;

    private readonly List<List<ScheduledTracker>> _tiers = [];
    private readonly Queue<ScheduledTracker> _farewells = new();
    private readonly Random _random;
    private ScheduledTracker? _asked;
    private TimeSpan _nextAt = TimeSpan.MaxValue;
    private TimeSpan _quietUntil = TimeSpan.MinValue;
    private int _openFarewells;
    private bool _isComplete;

    /// <summary>A schedule over the tiers of a torrent.</summary>
    /// <param name="tiers">Trackers by tier, best tier first; past <see cref="MaxTrackers"/> they are left out.</param>
    /// <param name="random">Shuffles the tiers and spreads the pauses after failures.</param>
    public AnnounceSchedule(IReadOnlyList<IReadOnlyList<TrackerSource>> tiers, Random random)
    {
        _random = random;
        int room = MaxTrackers;
        foreach (IReadOnlyList<TrackerSource> tier in tiers)
        {
            ScheduledTracker[] trackers = [.. tier.Take(room).Select(source => new ScheduledTracker(source))];
            random.Shuffle(trackers);
            if (trackers.Length > 0) _tiers.Add([.. trackers]);
            room -= trackers.Length;
        }
    }

    /// <summary>Where the schedule stands.</summary>
    public AnnounceScheduleState State { get; private set; }

    /// <summary>
    /// When <see cref="TryTake"/> will have something; null when it will not before something happens.
    /// </summary>
    public TimeSpan? NextAt => State switch
    {
        AnnounceScheduleState.Waiting when _nextAt < TimeSpan.MaxValue => _nextAt,
        AnnounceScheduleState.Stopping when _farewells.Count > 0 => TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Begins to announce at once.</summary>
    public void Start(TimeSpan now)
    {
        if (State != AnnounceScheduleState.Idle) return;
        State = AnnounceScheduleState.Waiting;
        _nextAt = now;
        if (_tiers.Count == 0) State = AnnounceScheduleState.Exhausted;
    }

    /// <summary>The download has just become complete: trackers are told as soon as they answer.</summary>
    public void Complete(TimeSpan now)
    {
        _isComplete = true;
        if (State == AnnounceScheduleState.Waiting) _nextAt = EarliestAttempt(now);
    }

    /// <summary>Peers are few: the next announce comes as early as the tracker's minimum interval lets it.</summary>
    public void NeedPeers(TimeSpan now)
    {
        if (State != AnnounceScheduleState.Waiting) return;
        TimeSpan earliest = EarliestAttempt(now);
        if (earliest < _quietUntil) earliest = _quietUntil;
        if (earliest < _nextAt) _nextAt = earliest;
    }

    /// <summary>Leaves: every tracker that may know us is told once. An announce under way counts no more.</summary>
    public void Stop()
    {
        if (State is AnnounceScheduleState.Stopping or AnnounceScheduleState.Stopped) return;
        foreach (List<ScheduledTracker> tier in _tiers)
            foreach (ScheduledTracker tracker in tier)
                if ((tracker.KnowsUs || tracker == _asked) && !tracker.IsRefusing)
                    _farewells.Enqueue(tracker);
        _openFarewells = _farewells.Count;
        _asked = null;
        State = _openFarewells > 0 ? AnnounceScheduleState.Stopping : AnnounceScheduleState.Stopped;
    }

    /// <summary>
    /// Takes the announce that is due. While waiting there is one at a time; while stopping there is one for each
    /// tracker, to be made side by side. Each one taken must be reported.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="isPartialSeed">True when all that is wanted is there but not the whole torrent (BEP 21).</param>
    /// <param name="turn">The announce when true is returned.</param>
    public bool TryTake(TimeSpan now, bool isPartialSeed, [NotNullWhen(true)] out AnnounceTurn? turn)
    {
        turn = null;
        if (State == AnnounceScheduleState.Stopping && _farewells.TryDequeue(out ScheduledTracker? left))
        {
            turn = new AnnounceTurn(left.Source, AnnounceEvent.Stopped, left.TrackerId);
            return true;
        }
        if (State != AnnounceScheduleState.Waiting || now < _nextAt) return false;
        _asked = FirstReady(now);
        if (_asked is null)
        {
            _nextAt = EarliestAttempt(now);
            return false;
        }
        State = AnnounceScheduleState.Announcing;
        turn = new AnnounceTurn(_asked.Source, _asked.NextEvent(_isComplete, isPartialSeed), _asked.TrackerId);
        return true;
    }

    /// <summary>Tells how an announce that was taken has ended.</summary>
    public void Report(AnnounceTurn turn, AnnounceOutcome outcome, TimeSpan now)
    {
        if (turn.Event == AnnounceEvent.Stopped)
        {
            if (State == AnnounceScheduleState.Stopping && --_openFarewells == 0) State = AnnounceScheduleState.Stopped;
            return;
        }
        if (State != AnnounceScheduleState.Announcing || _asked is not { } asked) return;
        _asked = null;
        State = AnnounceScheduleState.Waiting;
        if (outcome.Reply is { } reply) Succeed(asked, turn, reply, now);
        else Fail(asked, turn, outcome, now);
    }

    private void Succeed(ScheduledTracker tracker, AnnounceTurn turn, AnnounceReply reply, TimeSpan now)
    {
        tracker.Failures = 0;
        tracker.BackoffUntil = TimeSpan.MinValue;
        tracker.TrackerId = reply.TrackerId ?? tracker.TrackerId;
        // One who hears of us for the first time when all is there has nothing to count.
        if (turn.Event == AnnounceEvent.Completed || (_isComplete && !tracker.KnowsUs)) tracker.KnowsCompletion = true;
        tracker.KnowsUs = true;
        foreach (List<ScheduledTracker> tier in _tiers)
            if (tier.Remove(tracker))
                tier.Insert(0, tracker);
        _quietUntil = now + reply.MinInterval;
        _nextAt = _isComplete && !tracker.KnowsCompletion
            ? now
            : now + (reply.Interval > reply.MinInterval ? reply.Interval : reply.MinInterval);
    }

    private void Fail(ScheduledTracker tracker, AnnounceTurn turn, AnnounceOutcome outcome, TimeSpan now)
    {
        if (outcome.IsFinal)
            tracker.IsRefusing = true;
        else if (turn.Event == AnnounceEvent.Paused && outcome.RetryIn is null)
            // Many trackers do not know this event and refuse it or say nothing; they are asked again without it.
            tracker.RefusesPaused = true;
        else
        {
            TimeSpan pause = FirstBackoff * (1 << Math.Min(tracker.Failures++, MaxDoublings));
            if (pause > LongestBackoff) pause = LongestBackoff;
            const double LeastShare = 0.75, Spread = 0.5;
            tracker.BackoffUntil = now + (outcome.RetryIn ?? pause * (LeastShare + Spread * _random.NextDouble()));
        }
        _nextAt = EarliestAttempt(now);
        if (_nextAt == TimeSpan.MaxValue) State = AnnounceScheduleState.Exhausted;
    }

    private ScheduledTracker? FirstReady(TimeSpan now)
    {
        foreach (List<ScheduledTracker> tier in _tiers)
            foreach (ScheduledTracker tracker in tier)
                if (!tracker.IsRefusing && tracker.BackoffUntil <= now)
                    return tracker;
        return null;
    }

    /// <summary>The first time from now on at which some tracker may be asked.</summary>
    private TimeSpan EarliestAttempt(TimeSpan now)
    {
        TimeSpan earliest = TimeSpan.MaxValue;
        foreach (List<ScheduledTracker> tier in _tiers)
            foreach (ScheduledTracker tracker in tier)
                if (!tracker.IsRefusing && tracker.BackoffUntil < earliest)
                    earliest = tracker.BackoffUntil;
        return earliest < now ? now : earliest;
    }
}
