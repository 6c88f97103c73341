namespace Shoal.Cli.Json;

/// <summary>Everything that is selected is on disk and hashed right.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="Size">Selected bytes.</param>
/// <param name="Seconds">Time of the download; 0 when there was nothing to download.</param>
/// <param name="MeanRate">Bytes per second over that time.</param>
internal sealed record CompletedEvent(string InfoHash, string? Path, long Size, double Seconds, double MeanRate)
    : JsonRecord("completed");
