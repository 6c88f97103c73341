namespace Shoal.Protocol.PeerWire;

/// <summary>What the first bytes of a connection are.</summary>
public enum HandshakeStatus
{
    /// <summary>Right so far, but not all of it is here.</summary>
    NeedMore,

    /// <summary>Not a BitTorrent handshake, whatever may follow.</summary>
    Bad,

    /// <summary>A whole handshake.</summary>
    Ok,
}
