namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The byte after the length prefix (<see href="https://www.bittorrent.org/beps/bep_0004.html">BEP 4</see>). Other
/// values arrive too and are to be ignored.
/// </summary>
public enum PeerMessageId : byte
{
    /// <summary>No more requests are served; without the fast extension all that wait are dropped.</summary>
    Choke = 0,

    /// <summary>Requests are served.</summary>
    Unchoke = 1,

    /// <summary>The sender would request if it were unchoked.</summary>
    Interested = 2,

    /// <summary>The sender has nothing to request.</summary>
    NotInterested = 3,

    /// <summary>The sender now has one more piece.</summary>
    Have = 4,

    /// <summary>All pieces that the sender has; only as its first message.</summary>
    Bitfield = 5,

    /// <summary>Asks for a block.</summary>
    Request = 6,

    /// <summary>Brings a block.</summary>
    Piece = 7,

    /// <summary>Takes a request back.</summary>
    Cancel = 8,

    /// <summary>The sender's DHT port (BEP 5).</summary>
    Port = 9,

    /// <summary>A piece that is cheap for the sender to serve (BEP 6).</summary>
    SuggestPiece = 0x0D,

    /// <summary>In place of a bitfield: the sender has everything (BEP 6).</summary>
    HaveAll = 0x0E,

    /// <summary>In place of a bitfield: the sender has nothing (BEP 6).</summary>
    HaveNone = 0x0F,

    /// <summary>A request will not be served (BEP 6).</summary>
    RejectRequest = 0x10,

    /// <summary>A piece that may be requested while choked (BEP 6).</summary>
    AllowedFast = 0x11,

    /// <summary>A message of the extension protocol (BEP 10).</summary>
    Extended = 0x14,

    /// <summary>Asks for nodes of a file's merkle tree (BEP 52).</summary>
    HashRequest = 0x15,

    /// <summary>Brings nodes of a file's merkle tree (BEP 52).</summary>
    Hashes = 0x16,

    /// <summary>A hash request will not be served (BEP 52).</summary>
    HashReject = 0x17,
}
