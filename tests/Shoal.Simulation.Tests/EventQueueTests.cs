using Shoal.Lab.Simulation;

namespace Shoal.Simulation.Tests;

public sealed class EventQueueTests
{
    [Fact]
    public void Events_happen_by_time_and_then_by_the_order_of_planning()
    {
        var queue = new EventQueue();
        List<string> happened = [];
        for (int i = 0; i < 50; i++)
        {
            int number = i;
            queue.After(TimeSpan.FromSeconds(2 - i % 2), () => happened.Add($"{queue.Now.TotalSeconds} {number}"));
        }
        while (queue.Step()) { }
        IEnumerable<string> odd = Enumerable.Range(0, 25).Select(i => $"1 {2 * i + 1}");
        IEnumerable<string> even = Enumerable.Range(0, 25).Select(i => $"2 {2 * i}");
        Assert.Equal(odd.Concat(even), happened);
        Assert.Equal(50, queue.Happened);
    }

    [Fact]
    public void What_an_event_plans_for_now_happens_after_what_was_planned_for_now_before()
    {
        var queue = new EventQueue();
        List<int> happened = [];
        queue.After(TimeSpan.Zero, () => queue.After(TimeSpan.Zero, () => happened.Add(3)));
        queue.After(TimeSpan.Zero, () => happened.Add(2));
        while (queue.Step()) { }
        Assert.Equal([2, 3], happened);
        Assert.Equal(TimeSpan.Zero, queue.Now);
    }

    [Fact]
    public void Nothing_is_planned_for_the_past() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new EventQueue().After(TimeSpan.FromTicks(-1), () => { }));
}
