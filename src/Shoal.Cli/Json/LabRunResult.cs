namespace Shoal.Cli.Json;

/// <summary>The end of <c>lab run</c>.</summary>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Scenarios">What was run, in order.</param>
internal sealed record LabRunResult(int ExitCode, IReadOnlyList<ScenarioRecord> Scenarios) : JsonRecord(ResultEvent);
