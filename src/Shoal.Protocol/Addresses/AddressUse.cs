namespace Shoal.Protocol.Addresses;

/// <summary>What a connection is for.</summary>
/// <param name="Kind">The purpose.</param>
/// <param name="PathAndQuery">Path and query of the URL; null where there is none, as for peers.</param>
public readonly record struct AddressUse(AddressUseKind Kind, string? PathAndQuery)
{
    /// <summary>A connection to another peer.</summary>
    public static AddressUse Peer => new(AddressUseKind.Peer, null);

    /// <summary>An announce or scrape to a tracker at that path.</summary>
    public static AddressUse Tracker(string? pathAndQuery) => new(AddressUseKind.Tracker, pathAndQuery);

    /// <summary>A download of content from a web server.</summary>
    public static AddressUse WebSeed(string? pathAndQuery) => new(AddressUseKind.WebSeed, pathAndQuery);

    /// <summary>A download of a .torrent file.</summary>
    public static AddressUse TorrentFile(string? pathAndQuery) => new(AddressUseKind.TorrentFile, pathAndQuery);
}
