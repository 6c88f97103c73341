namespace Shoal.Tracker.Metrics;

/// <summary>
/// A number that many threads count up at once. Each thread counts in one of several cells a cache line apart, so that
/// cores do not take the line from each other.
/// </summary>
internal sealed class Counter
{
    private const int Cells = 8;

    /// <summary>Longs in two cache lines, since processors fetch lines in pairs.</summary>
    private const int Spacing = 16;

    private readonly long[] _cells = new long[Cells * Spacing];

    /// <summary>The sum over all threads.</summary>
    public long Value
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _cells.Length; i += Spacing) sum += Volatile.Read(ref _cells[i]);
            return sum;
        }
    }

    /// <summary>Counts some more.</summary>
    public void Add(long amount = 1) =>
        Interlocked.Add(ref _cells[(Environment.CurrentManagedThreadId & (Cells - 1)) * Spacing], amount);
}
