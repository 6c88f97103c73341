namespace Shoal.Cli.Json;

/// <summary>A connection was refused before a peer was known on it.</summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Address">Address and port.</param>
/// <param name="Incoming">True when it dialled us.</param>
/// <param name="Reason">Why.</param>
internal sealed record PeerRefusedEvent(string InfoHash, string Address, bool Incoming, string Reason)
    : JsonRecord("peer_refused");
