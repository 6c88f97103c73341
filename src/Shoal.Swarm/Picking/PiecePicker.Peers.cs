using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <content>Who has what: availability, seeds, interest.</content>
internal sealed partial class PiecePicker
{
    // Up to so many pieces are moved one by one in any case.
    private const int MinRebuild = 64;

    /// <summary>The peers that joined and have not left, in no order.</summary>
    public IReadOnlyList<PeerPieces> Peers => _peers;

    /// <summary>Number of present peers that are counted as having everything.</summary>
    public int SeedCount { get; private set; }

    /// <summary>Adds a peer that has nothing yet.</summary>
    /// <param name="slot">What the caller knows it by.</param>
    public PeerPieces Join(int slot)
    {
        var peer = new PeerPieces(slot, _none) { Index = _peers.Count };
        if (peer.Index >= ushort.MaxValue) throw new InvalidOperationException("A torrent has at most 65,535 peers.");
        _peers.Add(peer);
        return peer;
    }

    /// <summary>Sets what a peer has, from its bitfield, have-all or have-none message.</summary>
    /// <param name="peer">Whose message it was.</param>
    /// <param name="pieces">Taken over by the picker.</param>
    public void SetPieces(PeerPieces peer, Bitfield pieces)
    {
        RequirePresent(peer);
        Uncount(peer);
        bool isSeed = pieces.IsFull && !peer.TookBack;
        peer.Set = isSeed ? _full : pieces;
        peer.OwnsSet = !isSeed;
        Count(peer);
        peer.NeededCount = peer.Set.CountCommon(_needed);
        if (peer.Current is { } current && !peer.Set[current.Piece]) Disown(current);
    }

    /// <summary>Notes that a peer has one more piece; false when that was known.</summary>
    public bool PeerHas(PeerPieces peer, PieceIndex piece)
    {
        RequirePresent(peer);
        if (peer.Set[piece]) return false;
        OwnSet(peer);
        peer.Set.Set(piece);
        if (_needed[piece]) peer.NeededCount++;
        if (peer.Set.IsFull && !peer.TookBack)
        {
            // This last piece was not counted yet, so that all counts of the peer are taken back alike.
            _ordersAreStale = true;
            _availability[piece.Value]++;
            UncountPieces(peer.Set);
            peer.Set = _full;
            peer.OwnsSet = false;
            Count(peer);
            return true;
        }
        _availability[piece.Value]++;
        if (!_ordersAreStale && _fresh[piece]) _orders[(int)_priorities[piece.Value]].Raised(piece.Value);
        return true;
    }

    /// <summary>
    /// Notes that a peer no longer has a piece (BEP 54); false when it had not. What it is asked of the piece stays
    /// asked, as the peer still answers each request.
    /// </summary>
    public bool PeerLost(PeerPieces peer, PieceIndex piece)
    {
        RequirePresent(peer);
        if (!peer.Set[piece]) return false;
        peer.TookBack = true;
        if (peer.CountedAsSeed)
        {
            Uncount(peer);
            OwnSet(peer);
            Count(peer);
        }
        peer.Set.Clear(piece);
        if (_needed[piece]) peer.NeededCount--;
        _availability[piece.Value]--;
        if (!_ordersAreStale && _fresh[piece]) _orders[(int)_priorities[piece.Value]].Lowered(piece.Value);
        if (peer.Current is { } current && current.Piece == piece) Disown(current);
        return true;
    }

    /// <summary>Takes a peer out; what was asked of it is open again.</summary>
    public void Leave(PeerPieces peer)
    {
        RequirePresent(peer);
        ReleaseAll(peer);
        Uncount(peer);
        peer.Set = _none;
        peer.OwnsSet = false;
        peer.NeededCount = 0;
        PeerPieces last = _peers[^1];
        _peers[peer.Index] = last;
        last.Index = peer.Index;
        _peers.RemoveAt(_peers.Count - 1);
        peer.Index = -1;
    }

    private static void OwnSet(PeerPieces peer)
    {
        if (peer.OwnsSet) return;
        peer.Set = new Bitfield(peer.Set);
        peer.OwnsSet = true;
    }

    private void Count(PeerPieces peer)
    {
        peer.CountedAsSeed = peer.IsSeed && !peer.TookBack && peer.Set.Length > 0;
        if (peer.CountedAsSeed)
        {
            SeedCount++;
            return;
        }
        NoteBigChange(peer.Set);
        for (int piece = peer.Set.NextSet(0); piece >= 0; piece = peer.Set.NextSet(piece + 1))
        {
            _availability[piece]++;
            if (!_ordersAreStale && _fresh[piece]) _orders[(int)_priorities[piece]].Raised(piece);
        }
    }

    private void Uncount(PeerPieces peer)
    {
        if (peer.CountedAsSeed) SeedCount--;
        else UncountPieces(peer.Set);
        peer.CountedAsSeed = false;
    }

    private void UncountPieces(Bitfield pieces)
    {
        NoteBigChange(pieces);
        for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
        {
            _availability[piece]--;
            if (!_ordersAreStale && _fresh[piece]) _orders[(int)_priorities[piece]].Lowered(piece);
        }
    }

    // One rebuild of the orders is cheaper than many steps, and several changes before the next pick share it.
    private void NoteBigChange(Bitfield pieces) => _ordersAreStale |= pieces.Count > MinRebuild + _fresh.Count / 2;

    private static void RequirePresent(PeerPieces peer)
    {
        if (!peer.IsPresent) throw new InvalidOperationException($"Peer {peer.Slot} has left.");
    }
}
