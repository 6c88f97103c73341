using Shoal.Protocol;
using Shoal.Swarm.Requests;

namespace Shoal.Swarm.Tests.Requests;

public sealed class RequestWindowTests
{
    private const int Block = PieceGeometry.BlockLength;

    [Fact]
    public void The_window_begins_at_32_and_doubles_every_round_trip()
    {
        var window = new RequestWindow();
        window.SetPeerQueue(2000);
        Assert.Equal(32, window.Blocks);
        window.OnRequested(TimeSpan.Zero, window.Room);
        Assert.Equal(0, window.Room);
        for (int i = 0; i < 32; i++) window.OnBlock(TimeSpan.FromMilliseconds(100), Block);
        Assert.Equal(64, window.Blocks);
        Assert.Equal(TimeSpan.FromMilliseconds(100), window.LeastRoundTrip);
    }

    [Theory]
    // Rate in blocks per second, round trip in ms, expected window: rate × max(4 RTT, 0.5 s), for slow ones more, for
    // near ones no more than 10 Gbit/s × RTT or 256.
    [InlineData(100, 10, 50)]
    [InlineData(1000, 10, 500)]
    [InlineData(1000, 300, 1200)]
    [InlineData(6400, 200, 2048)]
    [InlineData(20, 50, 32)]
    [InlineData(1, 50, 4)]
    [InlineData(100000, 1, 256)]
    [InlineData(60000, 5, 381)]
    [InlineData(60000, 30, 2048)]
    public void It_settles_at_the_bandwidth_delay_product(int blocksPerSecond, int roundTripMs, int expected)
    {
        var window = new RequestWindow();
        window.SetPeerQueue(10_000);
        var path = new Path(blocksPerSecond, TimeSpan.FromMilliseconds(roundTripMs));
        path.Run(window, TimeSpan.FromSeconds(blocksPerSecond < 10 ? 400 : 30));
        Assert.InRange(window.Blocks, expected * 0.8, expected * 1.25);
        Assert.InRange(path.RateAtEnd, blocksPerSecond * 0.95, blocksPerSecond * 1.05);
    }

    [Fact]
    public void A_path_that_becomes_faster_is_filled_again()
    {
        var window = new RequestWindow();
        window.SetPeerQueue(2048);
        var path = new Path(100, TimeSpan.FromMilliseconds(100));
        path.Run(window, TimeSpan.FromSeconds(20));
        Assert.False(window.IsDoubling);
        path.BlocksPerSecond = 2000;
        path.Run(window, TimeSpan.FromSeconds(20));
        Assert.InRange(path.RateAtEnd, 1900, 2100);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(long.MaxValue, 32)]
    public void What_the_peer_says_it_queues_is_a_limit(long reqq, int expected)
    {
        var window = new RequestWindow();
        window.SetPeerQueue(reqq);
        Assert.Equal(expected, window.Blocks);
    }

    [Fact]
    public void A_peer_that_times_out_gets_one_request_until_a_block_comes()
    {
        var window = new RequestWindow();
        window.OnRequested(TimeSpan.Zero, 32);
        window.OnTimeout();
        Assert.Equal(1, window.Blocks);
        Assert.Equal(0, window.Room);
        window.OnReleased(32);
        Assert.Equal(1, window.Room);
        window.OnRequested(TimeSpan.FromSeconds(30), 1);
        window.OnBlock(TimeSpan.FromSeconds(31), Block);
        Assert.False(window.IsSnubbed);
        Assert.InRange(window.Blocks, 2, 3);
    }

    [Fact]
    public void Time_without_anything_asked_does_not_lower_the_rate()
    {
        var window = new RequestWindow();
        window.SetPeerQueue(2048);
        var path = new Path(1000, TimeSpan.FromMilliseconds(50));
        path.Run(window, TimeSpan.FromSeconds(20));
        window.OnReleased(window.Outstanding);
        int before = window.Blocks;
        TimeSpan now = path.Now + TimeSpan.FromSeconds(60);
        for (int i = 0; i < 20; i++)
        {
            window.OnRequested(now, 1);
            now += TimeSpan.FromMilliseconds(60);
            window.OnBlock(now, Block);
            now += TimeSpan.FromSeconds(1);
        }
        Assert.Equal(before, window.Blocks);
    }

    /// <summary>A peer that answers in order, at a rate, after half a round trip each way.</summary>
    private sealed class Path(int blocksPerSecond, TimeSpan roundTrip)
    {
        private readonly Queue<TimeSpan> _arrivals = new();
        private TimeSpan _busyUntil;

        public int BlocksPerSecond { get; set; } = blocksPerSecond;

        public TimeSpan Now { get; private set; }

        public double RateAtEnd { get; private set; }

        public void Run(RequestWindow window, TimeSpan duration)
        {
            TimeSpan end = Now + duration;
            TimeSpan half = Now + duration / 2;
            int counted = 0;
            Ask(window);
            while (Now < end)
            {
                Now = _arrivals.Dequeue();
                window.OnBlock(Now, Block);
                if (Now >= half) counted++;
                Ask(window);
            }
            RateAtEnd = counted / (duration / 2).TotalSeconds;
        }

        private void Ask(RequestWindow window)
        {
            int room = window.Room;
            window.OnRequested(Now, room);
            for (int i = 0; i < room; i++)
            {
                TimeSpan reached = Now + roundTrip;
                if (_busyUntil < reached) _busyUntil = reached;
                _busyUntil += TimeSpan.FromSeconds(1.0 / BlocksPerSecond);
                _arrivals.Enqueue(_busyUntil);
            }
        }
    }
}
