namespace Shoal.Cli.Json;

/// <summary>A web seed was not reached, or did not give what it was asked for.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Url">The web seed, without user name, password and query.</param>
/// <param name="Error">What happened.</param>
/// <param name="RetrySeconds">Seconds until it is used again; null when that is never.</param>
internal sealed record WebSeedEvent(string InfoHash, string Url, string Error, double? RetrySeconds)
    : JsonRecord("web_seed");
