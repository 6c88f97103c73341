using Shoal.Protocol;

namespace Shoal.Swarm;

/// <summary>
/// Hears what happens between a torrent and its peers, in the order in which it happens, while the brain deals with
/// it: each call has to return at once and must not call the brain.
/// </summary>
public interface ISwarmObserver
{
    /// <summary>The content is known and what of it is here already.</summary>
    void Started(Bitfield have);

    /// <summary>Both handshakes are exchanged.</summary>
    void Joined(PeerSession peer);

    /// <summary>A connection ended, whether or not it ever got as far as a handshake.</summary>
    void Left(PeerSession peer, DisconnectReason reason);

    /// <summary>The peer chokes us or does so no more; see <see cref="PeerSession.UnchokedUs"/>.</summary>
    void ChokeChanged(PeerSession peer);

    /// <summary>The peer said that it is interested in what we have, or that it is not.</summary>
    void InterestTold(PeerSession peer, bool isInterested);

    /// <summary>The peer announced a piece.</summary>
    void PieceAnnounced(PeerSession peer, PieceIndex piece);

    /// <summary>What the peer has changed in any way; see <see cref="PeerSession.IsSeed"/>.</summary>
    void PiecesChanged(PeerSession peer);

    /// <summary>The last missing block of a piece came from the peer; a verdict follows.</summary>
    void PieceArrived(PeerSession peer, PieceIndex piece);

    /// <summary>A piece that had arrived was hashed.</summary>
    void PieceJudged(PieceIndex piece, bool isGood);

    /// <summary>The choker held a round.</summary>
    /// <param name="preferred">Peers that have a slot for what they give, in no order.</param>
    /// <param name="optimistic">Peers that have a slot by lot; one of the preferred may be among them.</param>
    void NeighboursChosen(IReadOnlyList<PeerSession> preferred, IReadOnlyList<PeerSession> optimistic);
}
