using System.Collections.Concurrent;

namespace Shoal.Engine.Actors;

/// <summary>
/// Runs items one at a time, in order, on whatever thread brings them: who posts to an idle executor runs it there and
/// then, so a block that arrives needs no second thread to be accounted for; who posts to a busy one only enqueues.
/// After a budget of items the rest goes to the thread pool, so that a poster is not held for ever.
/// </summary>
/// <typeparam name="T">A small value that says what happened.</typeparam>
internal abstract class SerialExecutor<T> : IThreadPoolWorkItem
    where T : struct
{
    // Items run on a poster's thread before the rest is handed to the pool: about a millisecond of work.
    private const int TurnBudget = 256;

    private readonly ConcurrentQueue<T> _queue = new();
    private int _running;

    /// <summary>Adds an item and runs the executor here if it is idle.</summary>
    protected void Post(in T item)
    {
        _queue.Enqueue(item);
        if (Interlocked.CompareExchange(ref _running, 1, 0) == 0) Run();
    }

    /// <summary>Adds an item to be run on the thread pool, for posters that may not be held up.</summary>
    protected void PostToPool(in T item)
    {
        _queue.Enqueue(item);
        if (Interlocked.CompareExchange(ref _running, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// Runs something short on this thread as if it were an item, after those that are under way. A thread that is in
    /// an item already must not call it.
    /// </summary>
    protected TResult RunHere<TResult>(Func<TResult> call)
    {
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref _running, 1, 0) != 0) spin.SpinOnce();
        try
        {
            return call();
        }
        finally
        {
            Run();
        }
    }

    /// <summary>Deals with one item. Never runs twice at a time.</summary>
    protected abstract void Handle(in T item);

    /// <summary>Ends a run of items: the place to send what they produced.</summary>
    protected abstract void EndTurn();

    void IThreadPoolWorkItem.Execute() => Run();

    private void Run()
    {
        do
        {
            int budget = TurnBudget;
            while (budget > 0 && _queue.TryDequeue(out T item))
            {
                Handle(item);
                budget--;
            }
            EndTurn();
            if (budget == 0 && !_queue.IsEmpty)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
            // An item that came between the last look and this line finds nobody running it but us. With a full fence
            // before the next look, as posters have one between their steps, one of the two sees what the other wrote.
            Interlocked.Exchange(ref _running, 0);
        }
        while (!_queue.IsEmpty && Interlocked.CompareExchange(ref _running, 1, 0) == 0);
    }
}
