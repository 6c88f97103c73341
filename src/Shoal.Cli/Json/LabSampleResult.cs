namespace Shoal.Cli.Json;

/// <summary>The end of <c>lab setup --sample-config</c>.</summary>
/// <param name="Path">The file that was written.</param>
internal sealed record LabSampleResult(string Path) : JsonRecord(ResultEvent);
