namespace Shoal.Cli.Json;

/// <summary>A piece came with a wrong hash and is fetched again.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Piece">Its number from 0.</param>
internal sealed record PieceFailedEvent(string InfoHash, int Piece) : JsonRecord("piece_failed");
