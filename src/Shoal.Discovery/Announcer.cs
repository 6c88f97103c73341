using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>
/// Keeps the trackers of one torrent informed: it runs the torrent's <see cref="AnnounceSchedule"/>s over an
/// <see cref="ITrackerClient"/>. Between announces it costs one timer. All members may be used from any thread.
/// </summary>
public sealed class Announcer : IAsyncDisposable
{
    /// <summary>Tiers announced to side by side at the most; the rest are what the last one falls back to.</summary>
    private const int MaxChains = 32;

    /// <summary>The longest that a timer is set for; past that it is set again.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly AnnouncerOptions _options;
    private readonly ITrackerClient _client;
    private readonly TimeProvider _time;
    private readonly long _epoch;
    private readonly ITimer _timer;
    private readonly List<AnnounceSchedule> _schedules = [];
    private readonly List<InfoHash> _hashes = [];
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _regular = new();
    private readonly CancellationTokenSource _farewell;
    private Task? _stop;

    /// <summary>An announcer that does nothing before <see cref="Start"/>.</summary>
    public Announcer(AnnouncerOptions options, ITrackerClient client, TimeProvider time)
    {
        (_options, _client, _time) = (options, client, time);
        _farewell = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _epoch = time.GetTimestamp();
        if (options.Hashes.V1 is { } v1) _hashes.Add(v1);
        if (options.Hashes.V2 is { } v2) _hashes.Add(v2.Truncated);
        int chains = options.UsesAllTiers ? Math.Min(options.Tiers.Count, MaxChains) : 1;
        for (int i = 0; i < chains; i++)
        {
            IEnumerable<IReadOnlyList<TrackerSource>> tiers = options.Tiers.Skip(i);
            _schedules.Add(new AnnounceSchedule([.. i < chains - 1 ? tiers.Take(1) : tiers], options.Random));
        }
        _timer = time.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _time.GetElapsedTime(_epoch);

    /// <summary>Begins to announce; a second call does nothing.</summary>
    public void Start() => Change(static (schedule, now) => schedule.Start(now));

    /// <summary>
    /// Tells the trackers that the download has just become complete. Not for one that began complete.
    /// </summary>
    public void Completed() => Change(static (schedule, now) => schedule.Complete(now));

    /// <summary>Asks for more peers as soon as the trackers' minimum intervals allow. It may be called often.</summary>
    public void NeedPeers() => Change(static (schedule, now) => schedule.NeedPeers(now));

    /// <summary>
    /// Tells the trackers that we leave, waits for their answers no longer than <paramref name="limit"/>, and ends.
    /// Nothing is reported any more afterwards. A second call waits for the first.
    /// </summary>
    public Task StopAsync(TimeSpan limit)
    {
        lock (_lock) return _stop ??= StopOnceAsync(limit);
    }

    /// <summary>Stops without telling the trackers, unless <see cref="StopAsync"/> was called before.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    private async Task StopOnceAsync(TimeSpan limit)
    {
        // The lock of the caller is not held across the first await.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _regular.CancelAsync().ConfigureAwait(false);
        if (limit > TimeSpan.Zero) _farewell.CancelAfter(limit);
        else await _farewell.CancelAsync().ConfigureAwait(false);
        Change(static (schedule, _) => schedule.Stop());
        while (true)
        {
            Task[] running;
            lock (_lock) running = [.. _running];
            if (running.Length == 0) break;
            await Task.WhenAll(running).ConfigureAwait(false);
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        _regular.Dispose();
        _farewell.Dispose();
    }

    private void Change(Action<AnnounceSchedule, TimeSpan> change)
    {
        lock (_lock)
            foreach (AnnounceSchedule schedule in _schedules)
                change(schedule, Now);
        Pump();
    }

    /// <summary>Begins every announce that is due and sets the timer for the next one.</summary>
    private void Pump()
    {
        AnnounceCounters counters = _options.Counters();
        lock (_lock)
        {
            TimeSpan next = TimeSpan.MaxValue;
            foreach (AnnounceSchedule schedule in _schedules)
            {
                while (schedule.TryTake(Now, counters.IsPartialSeed, out AnnounceTurn? turn))
                    Track(RunAsync(schedule, turn, counters));
                if (schedule.NextAt is { } at && at < next) next = at;
            }
            if (_regular.IsCancellationRequested) return;
            TimeSpan wait = next - Now;
            if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
            if (wait > LongestSleep) wait = LongestSleep;
            _timer.Change(next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Track(Task task)
    {
        _running.Add(task);
        task.ContinueWith(done =>
        {
            lock (_lock) _running.Remove(done);
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(AnnounceSchedule schedule, AnnounceTurn turn, AnnounceCounters counters)
    {
        bool isFarewell = turn.Event == AnnounceEvent.Stopped;
        CancellationToken cancellationToken = (isFarewell ? _farewell : _regular).Token;
        // Begun under the lock; the announce itself is made outside.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            AnnounceOutcome outcome = await AnnounceAsync(turn, counters, cancellationToken).ConfigureAwait(false);
            lock (_lock) schedule.Report(turn, outcome, Now);
            Pump();
            Tell(turn, outcome, isFarewell);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Only stopping cancels; the schedule needs no word of it any more.
        }
    }

    private async Task<AnnounceOutcome> AnnounceAsync(
        AnnounceTurn turn, AnnounceCounters counters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var announces = new List<Task<AnnounceOutcome>>(_hashes.Count);
        foreach (InfoHash hash in _hashes)
            announces.Add(_client.AnnounceAsync(turn.Tracker, new AnnounceRequest
            {
                InfoHash = hash,
                PeerId = _options.PeerId,
                Port = _options.Port,
                Uploaded = counters.Uploaded,
                Downloaded = counters.Downloaded,
                Left = counters.Left,
                Event = turn.Event,
                Key = _options.Key,
                NumWant = turn.Event == AnnounceEvent.Stopped ? 0 : Math.Max(0, counters.PeersWanted),
                TrackerId = turn.TrackerId,
            }, cancellationToken));
        AnnounceOutcome[] outcomes = await Task.WhenAll(announces).ConfigureAwait(false);
        return outcomes.Aggregate(AnnounceOutcome.Join);
    }

    private void Tell(AnnounceTurn turn, AnnounceOutcome outcome, bool isFarewell)
    {
        AnnounceReply? reply = outcome.Reply;
        if (reply is { Peers.Count: > 0 } && !isFarewell) _options.Peers(reply.Peers, outcome.TrackerScope);
        _options.Reported?.Invoke(new AnnounceReport(turn.Tracker.Masked, turn.Event, reply?.Peers.Count ?? 0,
            reply?.Complete, reply?.Incomplete, reply?.Warning, outcome.Error)
        {
            OwnAddresses = outcome.OwnAddresses,
        });
    }
}
