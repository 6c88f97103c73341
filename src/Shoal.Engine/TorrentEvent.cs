using System.Net;
using Shoal.Protocol.Encryption;

namespace Shoal.Engine;

/// <summary>Something that happened to a torrent; the derived types say what.</summary>
public abstract record TorrentEvent;

/// <summary>The torrent went on in its life.</summary>
/// <param name="State">Where it is now.</param>
public sealed record StateChanged(TorrentState State) : TorrentEvent;

/// <summary>A piece is on disk and hashed right.</summary>
/// <param name="Piece">Its number.</param>
public sealed record PieceCompleted(int Piece) : TorrentEvent;

/// <summary>A piece was received and its hash was wrong; it will be fetched again.</summary>
/// <param name="Piece">Its number.</param>
public sealed record PieceFailed(int Piece) : TorrentEvent;

/// <summary>A peer finished its handshake.</summary>
/// <param name="EndPoint">Where the connection goes.</param>
/// <param name="IsIncoming">True when the peer dialled us.</param>
public sealed record PeerConnected(IPEndPoint EndPoint, bool IsIncoming) : TorrentEvent
{
    /// <summary>What protects the connection.</summary>
    public StreamSecurity Security { get; init; }

    /// <summary>
    /// URL of the web seed that this is instead of a peer, without what in it can be secret; null for a peer.
    /// </summary>
    public string? WebSeed { get; init; }
}

/// <summary>A connection was refused before any peer was known on it, as one of a stranger to the swarm.</summary>
/// <param name="EndPoint">Where the connection went.</param>
/// <param name="IsIncoming">True when the other side dialled us.</param>
/// <param name="Reason">Why, as a name from the list in docs/ARCHITECTURE.md.</param>
public sealed record PeerRefused(IPEndPoint EndPoint, bool IsIncoming, string Reason) : TorrentEvent;

/// <summary>A connection ended.</summary>
/// <param name="EndPoint">Where the connection went.</param>
/// <param name="Reason">Why, as a name from the list in docs/ARCHITECTURE.md.</param>
/// <param name="DownloadedBytes">Block bytes that were received from the peer.</param>
/// <param name="UploadedBytes">Block bytes that were sent to it.</param>
public sealed record PeerDisconnected(IPEndPoint EndPoint, string Reason, long DownloadedBytes, long UploadedBytes)
    : TorrentEvent;

/// <summary>A tracker was asked.</summary>
/// <param name="Url">The tracker, any passkey in it masked.</param>
/// <param name="Peers">Number of peers it named.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record TrackerAnswered(string Url, int Peers, string? Error) : TorrentEvent;

/// <summary>A web seed was not reached, or did not give what it was asked for.</summary>
/// <param name="Url">The web seed, without what in its URL can be secret.</param>
/// <param name="Error">What happened.</param>
/// <param name="RetryIn">Time until it is used again; null when that is never.</param>
public sealed record WebSeedFailed(string Url, string Error, TimeSpan? RetryIn) : TorrentEvent;
