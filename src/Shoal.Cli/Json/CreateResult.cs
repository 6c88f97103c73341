namespace Shoal.Cli.Json;

/// <summary>The end of <c>create</c>.</summary>
/// <param name="Torrent">Path of the .torrent, or null when it went to standard output.</param>
/// <param name="Name">Name of the file or folder.</param>
/// <param name="InfoHash">The v1 info-hash in hexadecimal, or null.</param>
/// <param name="InfoHashV2">The full v2 info-hash in hexadecimal, or null.</param>
/// <param name="Magnet">The magnet link.</param>
/// <param name="Size">Bytes of all files.</param>
/// <param name="Files">Number of files.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="PieceSize">Bytes in a piece.</param>
/// <param name="Seconds">Time that it took.</param>
internal sealed record CreateResult(
    string? Torrent,
    string Name,
    string? InfoHash,
    string? InfoHashV2,
    string Magnet,
    long Size,
    int Files,
    int Pieces,
    int PieceSize,
    double Seconds) : JsonRecord(ResultEvent);
