namespace Shoal.Cli.Json;

/// <summary>A connection to a peer ended.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Address">Address and port.</param>
/// <param name="Reason">Why.</param>
/// <param name="Downloaded">Bytes received from the peer.</param>
/// <param name="Uploaded">Bytes sent to it.</param>
internal sealed record PeerDisconnectedEvent(
    string InfoHash, string Address, string Reason, long Downloaded, long Uploaded)
    : JsonRecord("peer_disconnected");
