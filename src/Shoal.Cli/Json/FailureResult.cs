namespace Shoal.Cli.Json;

/// <summary>The end of a command that failed before it had a result of its own.</summary>
/// <param name="Command">Name of the command, or null when the command line named none.</param>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Error">What happened, in one sentence.</param>
internal sealed record FailureResult(string? Command, int ExitCode, string Error) : JsonRecord(ResultEvent);
