namespace Shoal.Swarm;

/// <summary>
/// Why a connection to a peer ended. Every closed connection carries exactly one, for logs and metrics.
/// </summary>
public enum DisconnectReason
{
    /// <summary>Not closed.</summary>
    None,

    /// <summary>The peer closed the connection.</summary>
    ClosedByPeer,

    /// <summary>The socket failed: reset, unreachable, network down.</summary>
    SocketError,

    /// <summary>The connection could not be made.</summary>
    ConnectFailed,

    /// <summary>The torrent or engine is stopping.</summary>
    Stopping,

    /// <summary>The first bytes were no BitTorrent handshake.</summary>
    NotBitTorrent,

    /// <summary>The handshake named a torrent that is not here, or another one than was asked for.</summary>
    UnknownTorrent,

    /// <summary>The peer is this very client.</summary>
    Self,

    /// <summary>There is a connection to the same peer already.</summary>
    Duplicate,

    /// <summary>No handshake within its time.</summary>
    HandshakeTimeout,

    /// <summary>An encrypted handshake failed: it was malformed, or allowed no method that we do.</summary>
    EncryptionFailed,

    /// <summary>The peer speaks in the clear, and the options require encryption.</summary>
    EncryptionRequired,

    /// <summary>The torrent belongs to a private swarm, and the peer does not speak TLS.</summary>
    TlsRequired,

    /// <summary>The TLS handshake failed: the peer refused us, or broke the protocol.</summary>
    TlsFailed,

    /// <summary>The peer has shown no certificate.</summary>
    CertificateMissing,

    /// <summary>The peer's certificate is not signed by the swarm's authority.</summary>
    CertificateUntrusted,

    /// <summary>The time of the peer's certificate is over, or has not come.</summary>
    CertificateExpired,

    /// <summary>The swarm's authority has taken the peer's certificate back.</summary>
    CertificateRevoked,

    /// <summary>The peer's certificate is for another torrent.</summary>
    CertificateName,

    /// <summary>
    /// The peer ended the connection instead of greeting us when it had seen our certificate. In TLS 1.3 who calls is
    /// not told what is wrong with it.
    /// </summary>
    CertificateRefused,

    /// <summary>Nothing was received for longer than keep-alives allow.</summary>
    Silent,

    /// <summary>Neither side has had a use for the other for long.</summary>
    Useless,

    /// <summary>Both sides have everything.</summary>
    BothSeeds,

    /// <summary>A message was longer than its kind can be.</summary>
    MessageTooLong,

    /// <summary>A message had a wrong size for its kind, or came at a time when it may not.</summary>
    MalformedMessage,

    /// <summary>A piece, block or bitfield that does not exist in this torrent.</summary>
    OutOfRange,

    /// <summary>More requests than were offered to be queued.</summary>
    RequestFlood,

    /// <summary>More messages of some kind than any use explains.</summary>
    MessageFlood,

    /// <summary>Blocks that were not requested, time and again.</summary>
    UnrequestedBlocks,

    /// <summary>The peer sent data that fails its hash and is banned.</summary>
    BadData,

    /// <summary>The peer's address is banned.</summary>
    Banned,

    /// <summary>The peer sent hashes that do not fold to the torrent's root.</summary>
    BadHashes,

    /// <summary>
    /// There are as many connections as the options allow, and those that stay rank higher (BEP 40) or are of more use.
    /// </summary>
    TooManyConnections,

    /// <summary>The address may not be connected to (docs/decisions/0001-addresses.md).</summary>
    AddressRefused,

    /// <summary>A web seed did not give what it was asked for, or not as it was asked to.</summary>
    WebSeedFailed,

    /// <summary>The peer took nothing of what we sent for two minutes.</summary>
    SendTimeout,

    /// <summary>The torrent turned out to be private, and no tracker of it named the peer (BEP 27).</summary>
    PrivateTorrent,

    /// <summary>The peer is none of the members of a swarm that is open to these alone.</summary>
    NotAMember,
}
