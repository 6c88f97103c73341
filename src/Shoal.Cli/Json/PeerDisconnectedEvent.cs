namespace Shoal.Cli.Json;

/// <summary>A connection to a peer ended.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Address">Address and port.</param>
/// <param name="Reason">Why.</param>
internal sealed record PeerDisconnectedEvent(string InfoHash, string Address, string Reason)
    : JsonRecord("peer_disconnected");
