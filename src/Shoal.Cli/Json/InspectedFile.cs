namespace Shoal.Cli.Json;

/// <summary>One file of a torrent.</summary>
/// <param name="Number">Number from 1, as <c>--select</c> takes it.</param>
/// <param name="Path">Path as the torrent gives it, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="PiecesRoot">Root of its merkle tree in hexadecimal, or null.</param>
internal sealed record InspectedFile(int Number, string Path, long Size, string? PiecesRoot);
