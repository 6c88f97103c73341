namespace Shoal.Cli.Json;

/// <summary>What the other side needs in order to get what is shared.</summary>
/// <param name="Name">Name of the file or folder.</param>
/// <param name="InfoHash">The info-hash: v1 where there is one.</param>
/// <param name="Magnet">The magnet link.</param>
/// <param name="Command">What to type on the other side.</param>
/// <param name="Torrent">Path of the .torrent that was written, or null.</param>
/// <param name="Trackers">Tracker URLs in the link.</param>
internal sealed record ShareEvent(
    string Name, string InfoHash, string Magnet, string Command, string? Torrent, IReadOnlyList<string> Trackers)
    : JsonRecord("share");
