namespace Shoal.TrackerLoad;

/// <summary>What measurements of one kind gave together.</summary>
/// <param name="Server">The tracker.</param>
/// <param name="Loop">The kind of load.</param>
/// <param name="Answers">Right answers of all kinds.</param>
/// <param name="Announces">Right answers to announces.</param>
/// <param name="Peers">Peers in them together.</param>
/// <param name="Errors">Error replies, which stale ids are meant to get.</param>
/// <param name="Wrong">Answers that are not what was asked for.</param>
/// <param name="Lost">Requests without any answer, stale ones left out.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="CpuSeconds">What the server's process used meanwhile.</param>
/// <param name="Latency">Times from request to answer.</param>
internal sealed record LoadFigures(string Server, string Loop, long Answers, long Announces, long Peers, long Errors,
    long Wrong, long Lost, double Seconds, double CpuSeconds, LatencyCount Latency)
{
    /// <summary>Right answers for each second of the server's processor time, of every round.</summary>
    public IReadOnlyList<double> Rounds { get; private init; } = [Answers / CpuSeconds];

    /// <summary>Right answers for each second of the server's processor time, in the middle round.</summary>
    public double AnswersPerCpuSecond => Median(Rounds);

    public double AnswersPerSecond => Answers / Seconds;

    public double PeersPerAnnounce => Announces == 0 ? 0 : Peers / (double)Announces;

    /// <summary>The rounds of one server under one load as one.</summary>
    public static LoadFigures Join(IReadOnlyList<LoadFigures> rounds)
    {
        LoadFigures first = rounds[0];
        var latency = new LatencyCount();
        foreach (LoadFigures round in rounds) latency.Add(round.Latency);
        return new LoadFigures(first.Server, first.Loop, rounds.Sum(r => r.Answers), rounds.Sum(r => r.Announces),
            rounds.Sum(r => r.Peers), rounds.Sum(r => r.Errors), rounds.Sum(r => r.Wrong), rounds.Sum(r => r.Lost),
            rounds.Sum(r => r.Seconds), rounds.Sum(r => r.CpuSeconds), latency)
        {
            Rounds = [.. rounds.SelectMany(r => r.Rounds)],
        };
    }

    /// <summary>The middle one of the ratios to another server's figures, round by round.</summary>
    public double RatioTo(LoadFigures other) => Median([.. Rounds.Zip(other.Rounds, (own, its) => own / its)]);

    private static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
