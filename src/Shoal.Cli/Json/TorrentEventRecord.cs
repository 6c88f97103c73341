namespace Shoal.Cli.Json;

/// <summary>What a torrent is, once that is known.</summary>
/// <param name="Name">Name of the file or folder, as the torrent gives it.</param>
/// <param name="InfoHash">The v1 info-hash in hexadecimal, or null.</param>
/// <param name="InfoHashV2">The full v2 info-hash in hexadecimal, or null.</param>
/// <param name="Size">Bytes of all files.</param>
/// <param name="Files">Number of files.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="PieceSize">Bytes in a piece.</param>
/// <param name="Path">Where the content is or will be.</param>
internal sealed record TorrentEventRecord(
    string Name, string? InfoHash, string? InfoHashV2, long Size, int Files, int Pieces, int PieceSize, string? Path)
    : JsonRecord("torrent");
