namespace Shoal.Swarm.Choking;

/// <summary>Decides which peers of a torrent have an upload slot. Owned by the torrent's brain.</summary>
internal interface IChoker
{
    /// <summary>When the next round is due.</summary>
    TimeSpan NextRound { get; }

    /// <summary>The peers that have an optimistic slot, drawn by lot.</summary>
    IReadOnlyList<int> Optimistic { get; }

    /// <summary>How many of the numbers that the last round wrote have their slot for what they give.</summary>
    int RegularCount { get; }

    /// <summary>
    /// True when a peer that has just become interested, or connected, gets a slot without waiting for the round.
    /// </summary>
    /// <param name="unchokedCount">Interested peers that have a slot.</param>
    bool ShouldUnchokeNow(int unchokedCount);

    /// <summary>
    /// Holds a round: decides which peers have a slot until the next one. All others are to be choked.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="isSeeding">True when this torrent needs nothing any more.</param>
    /// <param name="peers">All connected peers.</param>
    /// <param name="unchoked">
    /// Takes the slot numbers, those of regular slots first; as long as <paramref name="peers"/>.
    /// </param>
    /// <returns>How many numbers were written.</returns>
    int HoldRound(TimeSpan now, bool isSeeding, ReadOnlySpan<ChokerPeer> peers, Span<int> unchoked);
}
