namespace Shoal.TrackerLoad;

/// <summary>What one measurement gave.</summary>
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
    /// <summary>Right answers for each second of the server's processor time.</summary>
    public double AnswersPerCpuSecond => Answers / CpuSeconds;

    public double AnswersPerSecond => Answers / Seconds;

    public double PeersPerAnnounce => Announces == 0 ? 0 : Peers / (double)Announces;
}
