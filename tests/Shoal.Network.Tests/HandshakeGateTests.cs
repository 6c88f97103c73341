namespace Shoal.Network.Tests;

public sealed class HandshakeGateTests
{
    [Fact]
    public async Task So_many_are_inside_at_a_time_as_half_the_processors_and_one_at_least()
    {
        using var gate = new HandshakeGate(TimeProvider.System);
        int places = Math.Max(1, Environment.ProcessorCount / 2);
        for (int i = 0; i < places; i++) Assert.True(await gate.EnterAsync(TimeSpan.Zero, () => true));
        ValueTask<bool> waiting = gate.EnterAsync(TimeSpan.Zero, () => true);
        Assert.False(waiting.IsCompleted);
        gate.Leave();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task More_than_the_share_has_to_wait_for_time_to_pass()
    {
        var time = new ManualClock();
        using var gate = new HandshakeGate(time);
        time.Now = TimeSpan.FromHours(1);
        int passed = await PassAsync(gate);
        Assert.InRange(passed, 1, 50);
        time.Now += TimeSpan.FromMilliseconds(10);
        Assert.False(gate.EnterAsync(HandshakeGate.TlsCost, () => true).IsCompleted);
    }

    [Fact]
    public async Task Who_is_gone_takes_no_place_and_no_time()
    {
        var time = new ManualClock();
        using var gate = new HandshakeGate(time);
        time.Now = TimeSpan.FromHours(1);
        for (int i = 0; i < 1000; i++)
            Assert.False(await gate.EnterAsync(HandshakeGate.MseCost, () => false));
        Assert.InRange(await PassAsync(gate), 1, 50);
    }

    /// <summary>Enters until one has to wait; returns how many did not.</summary>
    private static async Task<int> PassAsync(HandshakeGate gate)
    {
        int passed = 0;
        while (true)
        {
            ValueTask<bool> entering = gate.EnterAsync(HandshakeGate.MseCost, () => true);
            if (!entering.IsCompleted) return passed;
            Assert.True(await entering);
            gate.Leave();
            passed++;
        }
    }

    private sealed class ManualClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new SilentTimer();
    }

    private sealed class SilentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
