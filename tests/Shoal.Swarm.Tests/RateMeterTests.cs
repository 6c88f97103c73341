namespace Shoal.Swarm.Tests;

public sealed class RateMeterTests
{
    [Fact]
    public void A_steady_flow_is_measured_exactly_and_forgotten_after_five_seconds()
    {
        var meter = new RateMeter();
        TimeSpan now = TimeSpan.FromSeconds(100);
        for (int i = 0; i < 200; i++)
        {
            meter.Add(now, 1000);
            now += TimeSpan.FromMilliseconds(100);
        }
        Assert.InRange(meter.BytesPerSecond(now), 9_500, 10_500);
        Assert.Equal(200_000, meter.TotalBytes);
        Assert.InRange(meter.BytesPerSecond(now + TimeSpan.FromSeconds(2.5)), 4_000, 6_000);
        Assert.Equal(0, meter.BytesPerSecond(now + TimeSpan.FromSeconds(6)));
        Assert.Equal(0, meter.BytesPerSecond(now + TimeSpan.FromHours(6)));
    }

    [Fact]
    public void The_first_bytes_count_over_half_a_second_at_least()
    {
        var meter = new RateMeter();
        Assert.Equal(0, meter.BytesPerSecond(TimeSpan.Zero));
        meter.Add(TimeSpan.FromSeconds(3.2), 16_384);
        Assert.Equal(32_768, meter.BytesPerSecond(TimeSpan.FromSeconds(3.2)));
        Assert.InRange(meter.BytesPerSecond(TimeSpan.FromSeconds(4.2)), 10_000, 17_000);
    }

    [Fact]
    public void After_a_long_pause_only_new_bytes_count()
    {
        var meter = new RateMeter();
        meter.Add(TimeSpan.FromSeconds(1), 1_000_000);
        meter.Add(TimeSpan.FromSeconds(1000), 5_000);
        Assert.InRange(meter.BytesPerSecond(TimeSpan.FromSeconds(1000.4)), 900, 1200);
    }
}
