namespace Shoal.Swarm.Choking;

/// <summary>What the choker is told of one peer.</summary>
internal readonly record struct ChokerPeer
{
    /// <summary>The number by which the caller knows the peer.</summary>
    public required int Slot { get; init; }

    /// <summary>True when the peer wants something of us; others get no slot.</summary>
    public bool IsInterested { get; init; }

    /// <summary>True when the peer has a slot now.</summary>
    public bool IsUnchoked { get; init; }

    /// <summary>
    /// True when the peer owes us blocks and lets us wait: it gets no regular slot for what it gave before, only an
    /// optimistic one.
    /// </summary>
    public bool IsSnubbing { get; init; }

    /// <summary>
    /// Bytes of blocks that we needed and the peer sent us since the last round: what it sends a second time, or
    /// unasked, buys nothing.
    /// </summary>
    public long BytesReceived { get; init; }

    /// <summary>
    /// Bytes that the peer gave us beyond what we gave it, while it has nothing that we need; else 0.
    /// </summary>
    public long Owed { get; init; }

    /// <summary>Bytes of blocks that we sent the peer since the last round.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of blocks that we sent the peer since it got its slot; 0 while it has none.</summary>
    public long BytesSentInSlot { get; init; }

    /// <summary>When the peer last got or lost its slot; when it connected, if it never had one.</summary>
    public TimeSpan ChangedAt { get; init; }

    /// <summary>When the peer connected.</summary>
    public TimeSpan ConnectedAt { get; init; }

    /// <summary>
    /// Share of the torrent that the peer has, in thousandths: the larger of what it says and what we sent it, the
    /// latter counted up to one half, so that saying nothing does not pay.
    /// </summary>
    public int HavePerMille { get; init; }
}
