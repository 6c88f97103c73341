using System.Numerics;

namespace Shoal.TrackerLoad;

/// <summary>
/// Counts times by cells that are a sixteenth of their value wide, so that percentiles are right to 6 %.
/// </summary>
internal sealed class LatencyCount
{
    private const int CellBits = 4;

    private readonly long[] _cells = new long[64 << CellBits];

    public long Count { get; private set; }

    public void Add(TimeSpan time)
    {
        ulong value = (ulong)Math.Max(1L << CellBits, time.Ticks);
        int exponent = BitOperations.Log2(value);
        int cell = exponent << CellBits | (int)(value >> exponent - CellBits & ((1 << CellBits) - 1));
        _cells[cell]++;
        Count++;
    }

    /// <summary>Adds all that another has counted.</summary>
    public void Add(LatencyCount other)
    {
        for (int cell = 0; cell < _cells.Length; cell++) _cells[cell] += other._cells[cell];
        Count += other.Count;
    }

    /// <summary>The time in milliseconds that a share of all does not exceed; NaN when there are none.</summary>
    public double Percentile(double share)
    {
        long rank = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (int cell = 0; cell < _cells.Length; cell++)
        {
            seen += _cells[cell];
            if (seen < rank || seen == 0) continue;
            int exponent = cell >> CellBits;
            double ticks = Math.Pow(2, exponent) * (1 + (cell & ((1 << CellBits) - 1)) / (double)(1 << CellBits));
            return ticks / TimeSpan.TicksPerMillisecond;
        }
        return double.NaN;
    }
}
