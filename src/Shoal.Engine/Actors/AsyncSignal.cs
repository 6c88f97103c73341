using System.Threading.Tasks.Sources;

namespace Shoal.Engine.Actors;

/// <summary>
/// A flag that one loop waits for and anybody sets. Setting it twice before it is waited for counts once. Waiting
/// allocates nothing.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Clear = 0;
    private const int Set = 1;
    private const int Waited = 2;

    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Sets the flag; a loop that waits goes on, on the thread pool.</summary>
    public void Raise()
    {
        if (Interlocked.Exchange(ref _state, Set) == Waited)
        {
            Volatile.Write(ref _state, Clear);
            _source.SetResult(true);
        }
    }

    /// <summary>Waits for the flag and clears it. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Clear, Set) == Set) return ValueTask.CompletedTask;
        _source.Reset();
        var waiting = new ValueTask(this, _source.Version);
        if (Interlocked.CompareExchange(ref _state, Waited, Clear) == Clear) return waiting;
        // It was raised in between. With a full fence, so that who goes on looks only after this.
        Interlocked.Exchange(ref _state, Clear);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
