namespace Shoal.TestKit;

/// <summary>A clock that moves only when a test says so; timers fire inside <see cref="Advance"/>.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private long _ticks;
    private int _timersMade;

    /// <summary>Timers that anybody has made, whatever became of them.</summary>
    public int TimersMade => Volatile.Read(ref _timersMade);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        Interlocked.Increment(ref _timersMade);
        return timer;
    }

    /// <summary>Time until the next timer fires; the longest there is when none is set.</summary>
    public TimeSpan UntilNextTimer
    {
        get
        {
            lock (_lock)
                return _timers.Count == 0
                    ? TimeSpan.MaxValue
                    : TimeSpan.FromTicks(Math.Max(0, _timers.Min(t => t.DueTicks) - GetTimestamp()));
        }
    }

    /// <summary>Lets time go on; what becomes due meanwhile happens at its time, on this thread.</summary>
    public void Advance(TimeSpan by)
    {
        long end = GetTimestamp() + by.Ticks;
        while (true)
        {
            ManualTimer? due;
            lock (_lock)
            {
                due = _timers.Where(t => t.DueTicks <= end).MinBy(t => t.DueTicks);
                if (due is null) break;
                Interlocked.Exchange(ref _ticks, Math.Max(_ticks, due.DueTicks));
                _timers.Remove(due);
            }
            due.Fire();
        }
        Interlocked.Exchange(ref _ticks, end);
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public long DueTicks { get; private set; }

        public void Fire()
        {
            if (_period > TimeSpan.Zero) Change(_period, _period);
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime < TimeSpan.Zero) return true;
                DueTicks = time.GetTimestamp() + dueTime.Ticks;
                time._timers.Add(this);
            }
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
