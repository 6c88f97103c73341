using System.Threading.Tasks.Sources;

namespace Shoal.Network;

/// <summary>
/// A bucket of bytes that fills at a steady rate and that any number of connections draw from in turn. Who finds it
/// empty waits in line, behind those who are in the middle of something; one timer serves the line, made for the first
/// who waits, and runs only while somebody does. Without a limit drawing costs a comparison.
/// </summary>
public sealed class RateLimiter : IDisposable
{
    /// <summary>How often the line is served: short enough that the stream looks smooth to the other side.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(25);

    // What may gather while nobody draws, as time at the full rate: a burst after a pause of at most this.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    // The least that is worth a packet: an Ethernet frame's payload. Low limits send less often, not less at a time.
    private const int PacketBytes = 1448;

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Queue<Waiter> _first = new();
    private readonly Queue<Waiter> _line = new();
    private ITimer? _timer;
    private long _bytesPerSecond;
    private double _level;
    private long _lastFill;
    private bool _ticking;

    /// <summary>Creates a limiter.</summary>
    /// <param name="time">Clock and timer.</param>
    /// <param name="bytesPerSecond">Bytes per second; 0 means no limit.</param>
    public RateLimiter(TimeProvider time, long bytesPerSecond)
    {
        _time = time;
        _lastFill = time.GetTimestamp();
        BytesPerSecond = bytesPerSecond;
    }

    /// <summary>Bytes per second; 0 means no limit. May be changed at any time.</summary>
    public long BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Volatile.Write(ref _bytesPerSecond, value);
            ServeLine();
        }
    }

    /// <summary>True when there is no limit.</summary>
    public bool IsUnlimited => BytesPerSecond == 0;

    /// <summary>Number of draws that wait now.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock) return _first.Count + _line.Count;
        }
    }

    /// <summary>
    /// Draws at most <paramref name="wanted"/> bytes, waiting until at least one can be had. What is not used is given
    /// back by <see cref="Return"/>.
    /// </summary>
    /// <param name="wanted">Bytes at the most.</param>
    /// <param name="isUnderWay">
    /// True for the rest of something whose start has gone: it comes before what others want to begin, so that under a
    /// low limit one thing after the other is done and not everything at once and late.
    /// </param>
    public ValueTask<int> TakeAsync(int wanted, bool isUnderWay = false)
    {
        if (IsUnlimited) return new ValueTask<int>(wanted);
        lock (_lock)
        {
            // Once more, behind the lock: who lifts the limit serves the line after that, and perhaps never again.
            if (IsUnlimited) return new ValueTask<int>(wanted);
            if (_first.Count == 0 && (isUnderWay || _line.Count == 0))
            {
                int granted = Draw(wanted);
                if (granted > 0) return new ValueTask<int>(granted);
            }
            var waiter = new Waiter(wanted);
            (isUnderWay ? _first : _line).Enqueue(waiter);
            StartTicking();
            return waiter.Task;
        }
    }

    /// <summary>Gives back bytes that were drawn and not used.</summary>
    public void Return(int bytes)
    {
        if (bytes == 0 || IsUnlimited) return;
        lock (_lock) _level += bytes;
    }

    /// <summary>Lets everybody who waits go on without a limit, and stops the timer.</summary>
    public void Dispose()
    {
        BytesPerSecond = 0;
        _timer?.Dispose();
    }

    private void StartTicking()
    {
        if (_ticking) return;
        _ticking = true;
        if (_timer is null) _timer = _time.CreateTimer(static s => ((RateLimiter)s!).ServeLine(), this, Pace, Pace);
        else _timer.Change(Pace, Pace);
    }

    private void ServeLine()
    {
        while (true)
        {
            Waiter waiter;
            int granted;
            lock (_lock)
            {
                Queue<Waiter> line = _first.Count > 0 ? _first : _line;
                if (line.Count == 0)
                {
                    if (_ticking) _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _ticking = false;
                    return;
                }
                granted = IsUnlimited ? line.Peek().Wanted : Draw(line.Peek().Wanted);
                if (granted == 0) return;
                waiter = line.Dequeue();
            }
            waiter.Grant(granted);
        }
    }

    /// <summary>
    /// What a draw gets at the most: a share of the burst rather than all of it, so that everybody in the line moves.
    /// </summary>
    private int Draw(int wanted)
    {
        long now = _time.GetTimestamp();
        double rate = BytesPerSecond;
        double capacity = Math.Max(rate * Burst.TotalSeconds, 2 * PacketBytes);
        _level = Math.Min(capacity, _level + rate * _time.GetElapsedTime(_lastFill, now).TotalSeconds);
        _lastFill = now;
        double share = Math.Max(PacketBytes, Math.Ceiling(rate * Pace.TotalSeconds));
        if (_level < Math.Min(wanted, PacketBytes)) return 0;
        int granted = (int)Math.Min(wanted, Math.Min(share, Math.Floor(_level)));
        _level -= granted;
        return granted;
    }

    private sealed class Waiter(int wanted) : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _source = new() { RunContinuationsAsynchronously = true };

        public int Wanted => wanted;

        public ValueTask<int> Task => new(this, _source.Version);

        public void Grant(int bytes) => _source.SetResult(bytes);

        public int GetResult(short token) => _source.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

        public void OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _source.OnCompleted(continuation, state, token, flags);
    }
}
