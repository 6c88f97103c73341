using Shoal.Engine.Actors;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

public sealed class PulseClockTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly PulseClock _clock;

    public PulseClockTests() => _clock = new PulseClock(_time, TimeSpan.FromMilliseconds(250));

    public void Dispose() => _clock.Dispose();

    [Fact]
    public async Task Those_who_wait_go_on_with_the_pulse_they_asked_for()
    {
        Task[] waits = [.. new[] { 1, 2, 5, 5 }.Select(Wait)];
        Assert.Equal(4, _clock.WaitingCount);
        foreach (int left in new[] { 3, 2, 2, 2, 0 })
        {
            _time.Advance(PulseClock.Interval);
            Assert.Equal(left, _clock.WaitingCount);
        }
        await Task.WhenAll(waits);
    }

    [Fact]
    public void The_clock_stands_still_while_nobody_waits()
    {
        Assert.Equal(TimeSpan.MaxValue, _time.UntilNextTimer);
        _clock.RaiseAfter(new AsyncSignal(), 1);
        Assert.Equal(PulseClock.Interval, _time.UntilNextTimer);
        _time.Advance(PulseClock.Interval);
        Assert.Equal(TimeSpan.MaxValue, _time.UntilNextTimer);
    }

    [Fact]
    public async Task Each_may_wait_again_and_again()
    {
        var signal = new AsyncSignal();
        for (int i = 0; i < 20; i++)
        {
            _clock.RaiseAfter(signal, 1 + i % 5);
            ValueTask waiting = signal.WaitAsync();
            _time.Advance(PulseClock.Interval * (i % 5));
            Assert.False(waiting.IsCompleted);
            _time.Advance(PulseClock.Interval);
            await waiting;
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 2)]
    [InlineData(249, 4)]
    [InlineData(250, 5)]
    public void A_time_is_rounded_down_to_pulses(int milliseconds, int pulses) =>
        Assert.Equal(pulses, PulseClock.PulsesIn(TimeSpan.FromMilliseconds(milliseconds)));

    private async Task Wait(int pulses)
    {
        var signal = new AsyncSignal();
        _clock.RaiseAfter(signal, pulses);
        await signal.WaitAsync();
    }
}
