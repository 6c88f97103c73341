using Shoal.Engine.Actors;

namespace Shoal.Micro;

/// <summary>Posting to the queue that runs a torrent; one operation is an item.</summary>
public class ExecutorBenchmarks
{
    private const int Items = 100_000;

    private readonly Counter _counter = new();

    /// <summary>Nobody else is there: the poster runs the item.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public int Post_to_an_idle_one()
    {
        for (int i = 0; i < Items; i++) _counter.Add(1);
        return _counter.Turns;
    }

    /// <summary>Two threads post to the same one, as two connections of a torrent do.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public int Post_from_two_threads()
    {
        int end = _counter.Sum + Items;
        Parallel.For(0, 2, _ =>
        {
            for (int i = 0; i < Items / 2; i++) _counter.Add(1);
        });
        SpinWait spin = default;
        while (Volatile.Read(ref _counter.Sum) != end) spin.SpinOnce();
        return _counter.Turns;
    }

    private sealed class Counter : SerialExecutor<int>
    {
        public int Sum;

        public int Turns { get; private set; }

        public void Add(int item) => Post(item);

        protected override void Handle(in int item) => Volatile.Write(ref Sum, Sum + item);

        protected override void EndTurn() => Turns++;
    }
}
