using Shoal.Engine.Actors;

namespace Shoal.Engine.Tests.Peers;

public sealed class SerialExecutorTests
{
    // Without the fence one item was left behind in some two thousand rounds.
    private const int Rounds = 20_000;
    private const int MostItems = 3;

    [Fact(Timeout = 120_000)]
    public Task An_item_that_is_posted_as_a_run_ends_is_not_left_behind() => Task.Run(() =>
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var executor = new Counter();
        int begun = 0, done = 0;
        var other = new Thread(() =>
        {
            var random = new Random(1);
            for (int round = 1; round <= Rounds; round++)
            {
                Await(ref begun, round, cancel);
                // Somewhere in the run of the first.
                for (int item = 0, pause = random.Next(60); item <= round % MostItems; item++)
                {
                    for (int i = 0; i < pause; i++) _ = Volatile.Read(ref begun);
                    executor.Add();
                }
                Volatile.Write(ref done, round);
            }
        });
        other.IsBackground = true;
        other.Start();
        int posted = 0, rounds = 0;
        while (rounds < Rounds && executor.Handled == posted)
        {
            Volatile.Write(ref begun, ++rounds);
            executor.Add();
            posted += 2 + rounds % MostItems;
            // Then both have left it, and whoever left last has to have done all.
            Await(ref done, rounds, cancel);
        }
        Volatile.Write(ref begun, Rounds);
        other.Join();
        Assert.Equal((Rounds, posted), (rounds, executor.Handled));
    }, TestContext.Current.CancellationToken);

    private static void Await(ref int round, int least, CancellationToken cancel)
    {
        // Without a pause, or the two would seldom meet.
        for (int looks = 0; Volatile.Read(ref round) < least; looks++)
        {
            if (looks <= 1000) continue;
            Thread.Yield();
            cancel.ThrowIfCancellationRequested();
        }
    }

    private sealed class Counter : SerialExecutor<int>
    {
        private int _handled;

        public int Handled => Volatile.Read(ref _handled);

        public void Add() => Post(1);

        protected override void Handle(in int item) => Volatile.Write(ref _handled, _handled + item);

        protected override void EndTurn()
        {
        }
    }
}
