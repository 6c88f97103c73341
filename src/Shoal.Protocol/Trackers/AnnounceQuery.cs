namespace Shoal.Protocol.Trackers;

/// <summary>
/// What a tracker reads out of a client's announce, over HTTP or UDP.
/// </summary>
public readonly record struct AnnounceQuery
{
    /// <summary>The torrent.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>The id that the client claims.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>The port on which the client accepts peers; 0 only with the event stopped.</summary>
    public required ushort Port { get; init; }

    /// <summary>Bytes sent, as the client tells; unbelievable values are cut at the largest long.</summary>
    public long Uploaded { get; init; }

    /// <summary>Bytes received, as the client tells; unbelievable values are cut at the largest long.</summary>
    public long Downloaded { get; init; }

    /// <summary>Bytes missing, as the client tells; <see cref="long.MaxValue"/> when it does not.</summary>
    public long Left { get; init; }

    /// <summary>Why the client announces; unknown events count as none.</summary>
    public AnnounceEvent Event { get; init; }

    /// <summary>Peers wanted; negative for the tracker's default.</summary>
    public int NumWant { get; init; }

    /// <summary>The client's session key as opaque bytes folded to 32 bits; 0 when it sends none.</summary>
    public uint Key { get; init; }

    /// <summary>
    /// The IPv4 address that the client says to have, its four bytes as a number; 0 when it says none. It is a claim
    /// and may be anybody's address.
    /// </summary>
    public uint ClaimedV4 { get; init; }

    /// <summary>
    /// True when peers go as six and eighteen bytes (BEP 23), which is meant when the client says nothing.
    /// </summary>
    public bool IsCompact { get; init; }

    /// <summary>True when the client has everything.</summary>
    public bool IsSeed => Left == 0;
}
