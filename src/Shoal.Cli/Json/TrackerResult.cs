namespace Shoal.Cli.Json;

/// <summary>The end of <c>tracker</c>.</summary>
/// <param name="ExitCode">What the process ends with.</param>
internal sealed record TrackerResult(int ExitCode) : JsonRecord(ResultEvent);
