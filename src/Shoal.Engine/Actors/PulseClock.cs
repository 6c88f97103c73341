namespace Shoal.Engine.Actors;

/// <summary>
/// One coarse clock for all who wait for a fraction of a second: those who are due together go on together, which
/// wakes a thread once for all of them. It stands still while nobody waits. Any thread.
/// </summary>
internal sealed class PulseClock : IDisposable
{
    /// <summary>Time between two pulses: twenty times a second cost next to nothing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // A ring with a place for each of the next pulses, the one that comes first at _next.
    private readonly List<AsyncSignal>[] _due;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private List<AsyncSignal>? _spare;
    private int _next;
    private int _waiting;

    /// <summary>Makes a clock.</summary>
    /// <param name="time">What drives it.</param>
    /// <param name="longest">Nobody waits for longer.</param>
    public PulseClock(TimeProvider time, TimeSpan longest)
    {
        _due = new List<AsyncSignal>[PulsesIn(longest)];
        for (int i = 0; i < _due.Length; i++) _due[i] = [];
        _timer = time.CreateTimer(
            static clock => ((PulseClock)clock!).Pulse(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many wait.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock) return _waiting;
        }
    }

    /// <summary>The pulses that a time takes, one at least.</summary>
    public static int PulsesIn(TimeSpan time) => Math.Max(1, (int)(time / Interval));

    /// <summary>Raises the signal at one of the next pulses, 1 for the very next.</summary>
    public void RaiseAfter(AsyncSignal signal, int pulses)
    {
        lock (_lock)
        {
            _due[(_next + pulses - 1) % _due.Length].Add(signal);
            if (_waiting++ == 0) _timer.Change(Interval, Interval);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Pulse()
    {
        List<AsyncSignal> due;
        lock (_lock)
        {
            due = _due[_next];
            _due[_next] = _spare ?? [];
            _spare = null;
            _next = (_next + 1) % _due.Length;
            _waiting -= due.Count;
            if (_waiting == 0) _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        foreach (AsyncSignal signal in due) signal.Raise();
        due.Clear();
        lock (_lock) _spare = due;
    }
}
