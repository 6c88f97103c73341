using Shoal.Engine.Peers;

namespace Shoal.Engine.Tests.Peers;

public sealed class RequestRhythmTests
{
    private const int BlockBytes = 16 * 1024;

    private readonly RequestRhythm _rhythm = new();

    // T = 32 blocks / 32 blocks a second, a quarter of which is a quarter of a second.
    [Theory]
    [InlineData(32, 32, 0, 250)]
    [InlineData(32, 32, 50, 225)]
    [InlineData(20, 32, 0, 156.25)]
    [InlineData(320, 32, 0, 250)]
    [InlineData(500, 100, 0, 160)]
    public void A_pause_is_a_quarter_of_the_time_that_a_block_takes_beyond_the_way(
        int shown, double blocksPerSecond, double roundTripMilliseconds, double expectedMilliseconds)
    {
        _rhythm.Seen(shown);
        TimeSpan pause = Next(blocksPerSecond, roundTripMilliseconds);
        Assert.Equal(expectedMilliseconds, pause.TotalMilliseconds, tolerance: 0.01);
    }

    [Theory]
    // Few requests under way, as on a long path or at the end of a download.
    [InlineData(1, 2, 100)]
    [InlineData(4, 40, 90)]
    [InlineData(7, 14, 0)]
    [InlineData(10, 50, 190)]
    // As many as the way takes up.
    [InlineData(64, 128, 240)]
    // A round trip that a pause is not several of.
    [InlineData(200, 32, 80)]
    // Too slow for requests to gather, and too fast for a pause to help.
    [InlineData(32, 7, 0)]
    [InlineData(2000, 200, 0)]
    // Nothing known of its rate.
    [InlineData(32, 0, 0)]
    public void Who_could_be_slowed_down_or_gains_nothing_does_not_wait(
        int shown, double blocksPerSecond, double roundTripMilliseconds)
    {
        _rhythm.Seen(shown);
        Assert.Equal(TimeSpan.Zero, Next(blocksPerSecond, roundTripMilliseconds));
    }

    [Fact]
    public void Where_the_way_is_not_known_nobody_waits()
    {
        _rhythm.Seen(32);
        Assert.Equal(TimeSpan.Zero, _rhythm.NextPause(32 * BlockBytes, null));
    }

    [Fact]
    public void What_counts_is_the_most_that_a_peer_has_shown_since_it_asked_anew()
    {
        Assert.Equal(TimeSpan.Zero, Next(32, 0));
        _rhythm.Seen(32);
        _rhythm.Seen(1);
        Assert.Equal(RequestRhythm.Longest, Next(32, 0));
        _rhythm.Forget();
        _rhythm.Seen(1);
        Assert.Equal(TimeSpan.Zero, Next(32, 0));
    }

    // A peer with fewer requests under way than it has shown: all of them come back early in the pause.
    [Fact]
    public void Who_falls_silent_in_pauses_is_not_made_to_wait_any_more()
    {
        _rhythm.Seen(32);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(RequestRhythm.Longest, Next(32, 0));
            _rhythm.Paused(early: 4 * 17, late: 0);
        }
        Assert.Equal(TimeSpan.Zero, Next(32, 0));
        Assert.Equal(0, _rhythm.Shown);
    }

    [Fact]
    public void Who_goes_on_asking_may_be_uneven_by_chance()
    {
        _rhythm.Seen(32);
        for (int i = 0; i < 100; i++) _rhythm.Paused(early: 6 * 17, late: i % 4 == 3 ? 2 * 17 : 17);
        Assert.Equal(RequestRhythm.Longest, Next(32, 0));
    }

    [Fact]
    public void Who_asks_for_nothing_in_a_pause_may_have_nothing_to_ask_for()
    {
        _rhythm.Seen(32);
        for (int i = 0; i < 100; i++) _rhythm.Paused(early: 0, late: 0);
        Assert.Equal(32, _rhythm.Shown);
    }

    // Whatever the number of pulses and wherever in them the requests fall.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_steady_peer_is_not_taken_for_one_that_falls_silent(int pulses)
    {
        const double PulseMilliseconds = 50;
        double late = RequestRhythm.LatePulses(pulses) * PulseMilliseconds;
        double all = pulses * PulseMilliseconds;
        double spacing = Math.Min(all / 3, 1000.0 / 16);
        double at = 0;
        _rhythm.Seen(32);
        for (int pause = 0; pause < 1000; pause++)
        {
            int[] came = [0, 0];
            for (; at < all; at += spacing) came[at < all - late ? 0 : 1]++;
            at -= all;
            _rhythm.Paused(came[0], came[1]);
            Assert.Equal(32, _rhythm.Shown);
        }
    }

    /// <summary>
    /// Peers that keep from few to many requests under way on the same line, and have once shown far more: none gets
    /// its blocks slower than the line carries them.
    /// </summary>
    [Theory]
    [InlineData(4, 31)]
    [InlineData(5, 31)]
    // Just what the longest pause uses up: what is left of it is too even to be seen.
    [InlineData(8, 29)]
    [InlineData(16, 31)]
    [InlineData(32, 31)]
    [InlineData(128, 31)]
    public void Pauses_do_not_slow_a_line_down(int window, int least)
    {
        const double LineBlocksPerSecond = 32;
        const double RoundTripMilliseconds = 10;
        var line = new SlowLine(window, LineBlocksPerSecond, TimeSpan.FromMilliseconds(RoundTripMilliseconds));
        // It kept many under way once.
        _rhythm.Seen(64);
        double rate = LineBlocksPerSecond;
        int taken = 0;
        for (int second = 1; second <= 20; second++)
        {
            TimeSpan end = TimeSpan.FromSeconds(second);
            while (line.Now < end)
            {
                TimeSpan pause = Next(rate, RoundTripMilliseconds);
                TimeSpan wait = pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(1);
                int latePulses = RequestRhythm.LatePulses(5);
                int early = line.Run(wait * (5 - latePulses) / 5);
                int late = line.Run(wait * latePulses / 5);
                if (pause > TimeSpan.Zero) _rhythm.Paused(early, late);
                line.Answer();
            }
            rate = line.Taken - taken;
            taken = line.Taken;
        }
        // The first seconds may go by before it shows that it keeps fewer under way now.
        Assert.InRange(rate, least, LineBlocksPerSecond + 1);
    }

    private TimeSpan Next(double blocksPerSecond, double roundTripMilliseconds) => _rhythm.NextPause(
        blocksPerSecond * BlockBytes, TimeSpan.FromMilliseconds(roundTripMilliseconds));
}
