using System.Numerics;

namespace Shoal.Tracker.Metrics;

/// <summary>
/// Counts times by powers of two of a microsecond, from one microsecond to a second; the last cell has all that is
/// longer.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>Cells; the upper bound of cell n is 2^n microseconds.</summary>
    public const int Cells = 22;

    private readonly Counter[] _cells = new Counter[Cells];
    private readonly Counter _nanoseconds = new();

    public LatencyHistogram()
    {
        for (int i = 0; i < Cells; i++) _cells[i] = new Counter();
    }

    /// <summary>Nanoseconds of all together.</summary>
    public long SumNanoseconds => _nanoseconds.Value;

    /// <summary>Counts requests that took as long as each other.</summary>
    public void Add(TimeSpan time, int count = 1)
    {
        ulong microseconds = (ulong)Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond);
        int cell = microseconds == 0 ? 0 : Math.Min(Cells - 1, BitOperations.Log2(microseconds) + 1);
        _cells[cell].Add(count);
        _nanoseconds.Add(time.Ticks * TimeSpan.NanosecondsPerTick * count);
    }

    /// <summary>Requests in one cell.</summary>
    public long CountOf(int cell) => _cells[cell].Value;
}
