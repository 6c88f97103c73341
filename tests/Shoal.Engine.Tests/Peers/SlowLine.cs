namespace Shoal.Engine.Tests.Peers;

/// <summary>
/// A peer in virtual time: a number of requests under way, and a line that carries so many blocks a second. Each block
/// that has come through is followed by one more request.
/// </summary>
internal sealed class SlowLine(int window, double blocksPerSecond, TimeSpan roundTrip)
{
    private readonly TimeSpan _perBlock = TimeSpan.FromSeconds(1 / blocksPerSecond);
    private readonly Queue<TimeSpan> _requests = new(Enumerable.Repeat(TimeSpan.Zero, window));
    private TimeSpan _free;
    private int _asked;

    public TimeSpan Now { get; private set; }

    /// <summary>Blocks that have come through.</summary>
    public int Taken { get; private set; }

    /// <summary>Lets time go on; tells how many requests arrive meanwhile.</summary>
    public int Run(TimeSpan time)
    {
        Now += time;
        int before = _asked;
        _asked = _requests.Count(at => at <= Now);
        return Math.Max(0, _asked - before);
    }

    /// <summary>Sends a block for each request that has arrived.</summary>
    public void Answer()
    {
        while (_requests.TryPeek(out TimeSpan at) && at <= Now)
        {
            _requests.Dequeue();
            TimeSpan arrives = Now + roundTrip / 2;
            _free = (_free > arrives ? _free : arrives) + _perBlock;
            _requests.Enqueue(_free + roundTrip / 2);
            Taken++;
        }
        _asked = 0;
    }
}
