using Shoal.TestKit;

namespace Shoal.Network.Tests;

public sealed class RateLimiterTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Without_a_limit_all_is_granted_at_once()
    {
        using var limiter = new RateLimiter(_time, 0);
        Assert.True(limiter.IsUnlimited);
        Assert.Equal(1 << 30, await limiter.TakeAsync(1 << 30));
    }

    [Fact]
    public void Nobody_who_waits_means_no_timer()
    {
        using var unlimited = new RateLimiter(_time, 0);
        using var limited = new RateLimiter(_time, 1_000_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limited.TakeAsync(1000).IsCompleted);
        Assert.Equal(0, _time.TimersMade);
        while (limited.TakeAsync(int.MaxValue).IsCompleted) { }
        Assert.Equal(1, _time.TimersMade);
    }

    [Fact]
    public void In_ten_seconds_ten_times_the_rate_is_granted_and_not_more_than_a_burst_above()
    {
        const int Rate = 1_000_000;
        using var limiter = new RateLimiter(_time, Rate);
        long granted = DrawFor(limiter, TimeSpan.FromSeconds(10));
        Assert.InRange(granted, 10 * Rate - Rate / 5, 10 * Rate + Rate / 5);
    }

    [Fact]
    public void A_rate_below_a_packet_a_turn_is_kept_too()
    {
        const int Rate = 5_000;
        using var limiter = new RateLimiter(_time, Rate);
        long granted = DrawFor(limiter, TimeSpan.FromSeconds(5));
        Assert.InRange(granted, 5 * Rate - Rate, 5 * Rate + Rate);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_under_way_is_finished_before_anything_else_begins()
    {
        using var limiter = new RateLimiter(_time, 10_000);
        while (limiter.TakeAsync(int.MaxValue).IsCompleted) { }
        Task<int>[] beginnings = [.. Enumerable.Range(0, 3).Select(_ => limiter.TakeAsync(20_000).AsTask())];
        for (int slice = 0; slice < 5; slice++)
        {
            Task<int> rest = limiter.TakeAsync(20_000, isUnderWay: true).AsTask();
            Assert.False(rest.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(150));
            Assert.InRange(await rest, 1, 20_000);
        }
        Assert.DoesNotContain(beginnings, task => task.IsCompleted);
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_turn()
    {
        using var limiter = new RateLimiter(_time, 100_000);
        while (limiter.TakeAsync(int.MaxValue).IsCompleted) { }
        Task<int>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => limiter.TakeAsync(20_000).AsTask())];
        for (int served = 0; served < waiting.Length; served++)
        {
            // The first in line, left there by the loop above, is served before them; a turn serves one at this rate.
            while (limiter.WaitingCount > waiting.Length - served - 1) _time.Advance(RateLimiter.Pace);
            Assert.InRange(await waiting[served], 1, 20_000);
            Assert.All(waiting[(served + 1)..], later => Assert.False(later.IsCompleted));
        }
    }

    [Fact]
    public void What_is_returned_can_be_had_again()
    {
        using var limiter = new RateLimiter(_time, 1_000_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        // The burst is a tenth of a second's worth, granted in shares of a turn's worth.
        for (int i = 0; i < 4; i++) Assert.Equal(25_000, limiter.TakeAsync(int.MaxValue).Result);
        limiter.Return(25_000);
        Assert.Equal(25_000, limiter.TakeAsync(int.MaxValue).Result);
        Assert.False(limiter.TakeAsync(int.MaxValue).IsCompleted);
    }

    [Fact]
    public async Task Lifting_the_limit_frees_those_who_wait()
    {
        using var limiter = new RateLimiter(_time, 1_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        while (limiter.TakeAsync(1448).IsCompleted) { }
        ValueTask<int> waiting = limiter.TakeAsync(50_000);
        Assert.False(waiting.IsCompleted);
        limiter.BytesPerSecond = 0;
        Assert.Equal(50_000, await waiting);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_is_about_to_wait_when_the_limiter_ends_does_not_wait_for_ever()
    {
        // Who gets the lock of two who want it is chance.
        for (int attempt = 0; attempt < 200; attempt++)
        {
            using var time = new HeldTime();
            var limiter = new RateLimiter(time, 1000);
            while (limiter.TakeAsync(int.MaxValue).IsCompleted) { }
            time.Hold();
            Task<int>?[] taken = [null, null];
            Thread[] takers =
            [
                new(() => taken[0] = limiter.TakeAsync(1, isUnderWay: true).AsTask()),
                new(() => taken[1] = limiter.TakeAsync(1).AsTask()),
            ];
            Array.ForEach(takers, taker => taker.IsBackground = true);
            foreach (Thread taker in takers)
            {
                taker.Start();
                // The first has the lock and is held; the second stands before it.
                while (!taker.ThreadState.HasFlag(ThreadState.WaitSleepJoin)) Thread.Yield();
            }
            var end = new Thread(limiter.Dispose) { IsBackground = true };
            end.Start();
            // It is awake and wants the lock, too.
            while (!limiter.IsUnlimited) Thread.Yield();
            time.Release();
            foreach (Thread thread in (Thread[])[.. takers, end]) thread.Join();
            int[] granted = await Task.WhenAll(taken!);
            Assert.Equal(2, granted.Sum());
        }
    }

    private long DrawFor(RateLimiter limiter, TimeSpan duration)
    {
        long granted = 0;
        for (long end = _time.GetTimestamp() + duration.Ticks; _time.GetTimestamp() < end;)
        {
            ValueTask<int> taken = limiter.TakeAsync(64 * 1024);
            while (limiter.WaitingCount > 0) _time.Advance(RateLimiter.Pace);
            // Nobody waits, so it was granted; its continuation alone comes later.
            granted += taken.AsTask().GetAwaiter().GetResult();
        }
        return granted;
    }

    /// <summary>A time that stands still, never rings, and can be made to take long to tell.</summary>
    private sealed class HeldTime : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim _go = new(initialState: true);
        private readonly ManualTime _still = new();

        public void Hold() => _go.Reset();

        public void Release() => _go.Set();

        public override long GetTimestamp()
        {
            _go.Wait();
            return _still.GetTimestamp();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _still.CreateTimer(callback, state, dueTime, period);

        public override long TimestampFrequency => _still.TimestampFrequency;

        public void Dispose() => _go.Dispose();
    }
}
