namespace Shoal.Cli.Json;

/// <summary>A peer has finished its handshake.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Address">Address and port.</param>
/// <param name="Incoming">True when it dialled us.</param>
/// <param name="WebSeed">URL of the web seed that it is instead of a peer, or null.</param>
internal sealed record PeerConnectedEvent(string InfoHash, string Address, bool Incoming, string? WebSeed)
    : JsonRecord("peer_connected");
