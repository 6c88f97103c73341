namespace Shoal.Cli.Json;

/// <summary>The end of <c>lab sim</c>.</summary>
/// <param name="Complete">Everybody who should got everything.</param>
/// <param name="Seconds">Virtual seconds that it took.</param>
/// <param name="BoundSeconds">Virtual seconds that it takes at least.</param>
/// <param name="SeedCopies">Copies of the content that each seed sent.</param>
/// <param name="Peers">Peers of all groups.</param>
/// <param name="Events">Events of the run.</param>
/// <param name="Groups">In the order of the plan, without those that have no peers.</param>
internal sealed record LabSimResult(
    bool Complete, double Seconds, double BoundSeconds, double SeedCopies, int Peers, long Events,
    IReadOnlyList<LabSimGroup> Groups) : JsonRecord(ResultEvent);

/// <summary>A group of simulated peers. Times are null where nobody got there.</summary>
/// <param name="Name">What the plan calls it.</param>
/// <param name="Peers">How many there are.</param>
/// <param name="Complete">How many got everything.</param>
/// <param name="P50Seconds">Half of them took no longer.</param>
/// <param name="P99Seconds">99 % took no longer.</param>
/// <param name="P999Seconds">99.9 % took no longer.</param>
/// <param name="MaxSeconds">The slowest.</param>
/// <param name="MaxOfBound">What the one farthest from its bound took of it, its time away counted.</param>
/// <param name="UploadedEach">Bytes that one sent, on average.</param>
/// <param name="DownloadedEach">Bytes that one received, on average.</param>
internal sealed record LabSimGroup(
    string Name, int Peers, int Complete, double? P50Seconds, double? P99Seconds, double? P999Seconds,
    double? MaxSeconds, double? MaxOfBound, long UploadedEach, long DownloadedEach);
