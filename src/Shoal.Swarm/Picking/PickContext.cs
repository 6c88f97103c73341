using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <summary>For whom blocks are picked, and under which rules.</summary>
/// <param name="peer">The peer that will be asked.</param>
internal readonly ref struct PickContext(PeerPieces peer)
{
    /// <summary>The peer that will be asked.</summary>
    public PeerPieces Peer { get; } = peer;

    /// <summary>
    /// Number of neighbouring pieces a new piece is to be the start of. 1 (the default when 0) has no wish; fast
    /// peers get more, because whoever seeds to them reads runs from disk.
    /// </summary>
    public int PreferredRun { get; init; }

    /// <summary>True while the peer chokes us and serves only <see cref="AllowedFast"/>.</summary>
    public bool OnlyAllowedFast { get; init; }

    /// <summary>Pieces that the peer serves even while it chokes us (BEP 6).</summary>
    public ReadOnlySpan<PieceIndex> AllowedFast { get; init; }

    /// <summary>Pieces that the peer advised (BEP 6); taken first, where they are wanted at all.</summary>
    public ReadOnlySpan<PieceIndex> Suggested { get; init; }

    /// <summary>
    /// True for a peer that had a hand in a bad piece: it gets only pieces of its own, so that the next bad one
    /// proves or clears it.
    /// </summary>
    public bool Parole { get; init; }

    /// <summary>True to take pieces in order of their number instead of their rarity.</summary>
    public bool Sequential { get; init; }
}
