namespace Shoal.Cli.Json;

/// <summary>What <c>tracker key</c> did.</summary>
/// <param name="Keys">The key that was made, or all keys; none after one was revoked.</param>
internal sealed record TrackerKeyResult(IReadOnlyList<TrackerKeyRecord> Keys) : JsonRecord(ResultEvent)
{
    /// <summary>The new key itself; null when none was made.</summary>
    public string? Key { get; init; }
}
