namespace Shoal.Protocol.Addresses;

/// <summary>The kinds of source that an address can come from.</summary>
public enum AddressOriginKind
{
    /// <summary>A .torrent file or a magnet link.</summary>
    Torrent = 0,

    /// <summary>The person at this machine.</summary>
    User,

    /// <summary>A tracker's list of peers.</summary>
    Tracker,

    /// <summary>A message of another peer, or of a DHT node.</summary>
    Peer,

    /// <summary>The Location of an HTTP redirect.</summary>
    Redirect,
}
