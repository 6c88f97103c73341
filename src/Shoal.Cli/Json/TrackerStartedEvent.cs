namespace Shoal.Cli.Json;

/// <summary>A tracker answers.</summary>
/// <param name="Url">Its announce URL.</param>
/// <param name="Port">The TCP port, also when 0 asked for a free one.</param>
internal sealed record TrackerStartedEvent(string Url, int Port) : JsonRecord("tracker_started");
