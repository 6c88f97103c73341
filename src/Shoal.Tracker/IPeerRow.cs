namespace Shoal.Tracker;

/// <summary>
/// One peer of a swarm as a few packed bytes: address, port, and the minute in which it was last heard of. Two rows are
/// the same peer when address and port agree: a forged peer id or key gets nobody evicted.
/// </summary>
/// <typeparam name="TSelf">The row itself.</typeparam>
internal interface IPeerRow<TSelf> where TSelf : unmanaged, IPeerRow<TSelf>
{
    /// <summary>Bytes of a peer in a compact reply.</summary>
    static abstract int WireLength { get; }

    /// <summary>The minute in which the peer was last heard of, counted modulo 65,536.</summary>
    ushort Minute { get; }

    /// <summary>True for an address that means something only to a requester on the same machine.</summary>
    bool IsLoopback { get; }

    /// <summary>True for an address that means nothing beyond the network segment.</summary>
    bool IsLinkLocal { get; }

    /// <summary>The row with another minute.</summary>
    TSelf At(ushort minute);

    /// <summary>True when address and port agree.</summary>
    bool IsSamePeer(TSelf other);

    /// <summary>True when the addresses belong to one host: they agree, for IPv6 in the first 64 bits.</summary>
    bool IsSameHost(TSelf other);

    /// <summary>Writes address and port as they go into a reply.</summary>
    void WriteWire(Span<byte> destination);
}
