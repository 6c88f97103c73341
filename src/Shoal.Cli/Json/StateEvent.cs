namespace Shoal.Cli.Json;

/// <summary>The state of a torrent changed.</summary>
/// <param name="InfoHash">The info-hash: v1 where there is one.</param>
/// <param name="State">fetching_metadata, checking, downloading, seeding, stopped or failed.</param>
internal sealed record StateEvent(string InfoHash, string State) : JsonRecord("state");
