using Shoal.Engine.Actors;

namespace Shoal.Engine.Peers;

/// <summary>
/// How many bytes have come and are not written yet, of all torrents of an engine, and the receive loops of fast peers
/// that wait until they are fewer. What these leave lies in the kernel, and in the end the peers stop sending: what was
/// asked for before the disk fell behind does not all come into memory. Any thread.
/// </summary>
/// <param name="limit">Bytes with which it is full.</param>
/// <param name="time">The clock that tells of a disk that stands still.</param>
internal sealed class Backlog(long limit, TimeProvider time)
{
    /// <summary>
    /// While nothing is written for so long, one of those who wait goes on all the same, as among what it has not read
    /// may be more than blocks.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Queue<AsyncSignal> _waiting = new();
    private ITimer? _timer;
    private long _bytes;
    private int _waitingCount;
    private bool _isMoving;

    /// <summary>Bytes that have come and are not written.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>True while fast peers are not to be received from.</summary>
    public bool IsFull => Bytes >= limit;

    /// <summary>How many wait.</summary>
    public int WaitingCount => Volatile.Read(ref _waitingCount);

    /// <summary>Notes that bytes have come.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Notes that bytes are written, or will not be.</summary>
    public void Settle(long bytes)
    {
        Volatile.Write(ref _isMoving, true);
        Remove(bytes);
    }

    /// <summary>Counts bytes no more; of those who wait, as many go on as there is room for.</summary>
    public void Remove(long bytes)
    {
        long left = Interlocked.Add(ref _bytes, -bytes);
        if (left < limit && Volatile.Read(ref _waitingCount) > 0) RaiseFor(left);
    }

    /// <summary>Raises the signal when there is room, those first who came first.</summary>
    /// <remarks>
    /// As in <see cref="InFlightBudget.TakeOrStarve"/>, word is left before the second look: then one of the two sides
    /// sees what the other wrote, and nobody waits for a removal that was the last.
    /// </remarks>
    public void RaiseWhenThereIsRoom(AsyncSignal signal)
    {
        lock (_gate)
        {
            _waiting.Enqueue(signal);
            Interlocked.Exchange(ref _waitingCount, _waiting.Count);
            if (_waiting.Count == 1) StartTimer();
        }
        long bytes = Bytes;
        if (bytes < limit) RaiseFor(bytes);
    }

    private void RaiseFor(long bytes)
    {
        // Each takes about a slab before it looks again. With nothing left nobody would come to raise the others.
        lock (_gate) Raise(bytes <= 0 ? _waiting.Count : (limit - bytes) / LinkBuffers.MediumBytes + 1);
    }

    private void Raise(long count)
    {
        for (; count > 0 && _waiting.TryDequeue(out AsyncSignal? signal); count--) signal.Raise();
        Interlocked.Exchange(ref _waitingCount, _waiting.Count);
    }

    private void StartTimer()
    {
        _timer ??= time.CreateTimer(
            static backlog => ((Backlog)backlog!).LookWhetherItMoves(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    private void LookWhetherItMoves()
    {
        lock (_gate)
        {
            if (!Volatile.Read(ref _isMoving)) Raise(1);
            Volatile.Write(ref _isMoving, false);
            if (_waiting.Count > 0) StartTimer();
        }
    }
}
