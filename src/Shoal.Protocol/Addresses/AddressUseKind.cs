namespace Shoal.Protocol.Addresses;

/// <summary>The purposes of an outgoing connection.</summary>
public enum AddressUseKind
{
    /// <summary>The peer wire.</summary>
    Peer = 0,

    /// <summary>Announce and scrape, over HTTP or UDP.</summary>
    Tracker,

    /// <summary>Content over HTTP.</summary>
    WebSeed,

    /// <summary>A .torrent file over HTTP.</summary>
    TorrentFile,
}
