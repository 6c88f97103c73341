namespace Shoal.Tracker.Metrics;

/// <summary>Everything that a tracker counts. Any thread may count and read at any time.</summary>
internal sealed class TrackerMetrics
{
    private readonly Counter[,] _answers = Fill(Enum.GetValues<Door>().Length, Enum.GetValues<RequestKind>().Length);
    private readonly Counter[,] _refusals =
        Fill(Enum.GetValues<Door>().Length, Enum.GetValues<RefusalReason>().Length);

    /// <summary>How long UDP requests took, from their being read to their answer being sent.</summary>
    public LatencyHistogram UdpLatency { get; } = new();

    /// <summary>How long HTTP requests took, from their head being read to their answer being handed over.</summary>
    public LatencyHistogram HttpLatency { get; } = new();

    /// <summary>
    /// Datagrams that got no reply at all: garbage, and errors beyond the rate that one host is told.
    /// </summary>
    public Counter Dropped { get; } = new();

    /// <summary>Datagrams that could not be sent, because the system refused them.</summary>
    public Counter SendFailures { get; } = new();

    /// <summary>Counts requests that got what they asked for.</summary>
    public void Answered(Door door, RequestKind kind, int count = 1) => _answers[(int)door, (int)kind].Add(count);

    /// <summary>Counts a request that did not.</summary>
    public void Refused(Door door, RefusalReason reason) => _refusals[(int)door, (int)reason].Add();

    /// <summary>Requests of a door that got what they asked for.</summary>
    public long AnswersOf(Door door, RequestKind kind) => _answers[(int)door, (int)kind].Value;

    /// <summary>Requests of a door that did not, for a reason.</summary>
    public long RefusalsOf(Door door, RefusalReason reason) => _refusals[(int)door, (int)reason].Value;

    /// <summary>Requests of all doors that got what they asked for.</summary>
    public long AnswersOf(RequestKind kind)
    {
        long sum = 0;
        foreach (Door door in Enum.GetValues<Door>()) sum += AnswersOf(door, kind);
        return sum;
    }

    /// <summary>Requests that did not get what they asked for.</summary>
    public long Refusals
    {
        get
        {
            long sum = 0;
            foreach (Counter counter in _refusals) sum += counter.Value;
            return sum;
        }
    }

    private static Counter[,] Fill(int rows, int columns)
    {
        var counters = new Counter[rows, columns];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                counters[row, column] = new Counter();
        return counters;
    }
}
