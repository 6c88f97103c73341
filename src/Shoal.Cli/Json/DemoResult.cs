namespace Shoal.Cli.Json;

/// <summary>The end of <c>demo</c>.</summary>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Size">Bytes of the file.</param>
/// <param name="Downloaders">Number of downloaders.</param>
/// <param name="Seconds">Time from the first downloader's start until the last was complete.</param>
/// <param name="AggregateRate">Bytes per second that all downloaders together received.</param>
/// <param name="FromSeeder">Bytes that the seeder sent.</param>
/// <param name="FromPeers">Bytes that the downloaders sent each other.</param>
/// <param name="Identical">True when every copy is the original byte for byte.</param>
internal sealed record DemoResult(
    int ExitCode,
    long Size,
    int Downloaders,
    double Seconds,
    double AggregateRate,
    long FromSeeder,
    long FromPeers,
    bool Identical) : JsonRecord(ResultEvent);
