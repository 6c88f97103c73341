namespace Shoal.Cli.Json;

/// <summary>A tracker was asked.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Url">The tracker, any passkey masked.</param>
/// <param name="Peers">Peers that it named.</param>
/// <param name="Error">What went wrong, or null.</param>
internal sealed record TrackerAnsweredEvent(string InfoHash, string Url, int Peers, string? Error)
    : JsonRecord("tracker");
