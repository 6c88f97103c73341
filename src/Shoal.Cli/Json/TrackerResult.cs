namespace Shoal.Cli.Json;

/// <summary>The end of <c>tracker</c>.</summary>
/// <param name="ExitCode">The exit code.</param>
internal sealed record TrackerResult(int ExitCode) : JsonRecord(ResultEvent);
