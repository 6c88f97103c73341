namespace Shoal.Cli.Json;

/// <summary>A key of a private tracker.</summary>
/// <param name="Id">By which it is revoked.</param>
/// <param name="Label">The remark of who made it.</param>
/// <param name="Created">Time in UTC, as ISO 8601 writes it.</param>
/// <param name="Expires">Time of its end, or null for never.</param>
internal sealed record TrackerKeyRecord(string Id, string Label, string Created, string? Expires);
