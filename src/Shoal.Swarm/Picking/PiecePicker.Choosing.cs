using System.Runtime.CompilerServices;
using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <content>The choice of the next block.</content>
internal sealed partial class PiecePicker
{
    /// <summary>Until so many pieces are complete, what counts is to have any: libtorrent's threshold.</summary>
    public const int RandomFirstPieces = 4;

    /// <summary>
    /// In the end game a peer is asked for a second copy only while less than this is asked of it: 64 KiB under way
    /// keep a line of 5 Mbit/s busy for 100 ms, and are all that can come twice from each peer.
    /// </summary>
    public const int EndGameDepth = 4;

    // 64 MiB of begun pieces; libtorrent begins to finish first at half of that, for the smaller pieces of its time.
    private const int MaxBegunBlocks = 4096;

    // Pieces looked at in order of rarity before a pick goes over to looking only at what the peer has.
    private const int MaxScannedItems = 512;

    // Candidates compared when a pick looks at what the peer has.
    private const int MaxSampled = 1024;

    // Orphans looked at in one pick.
    private const int MaxScannedOrphans = 128;

    /// <summary>True when every wanted block that some peer has is received or asked for.</summary>
    public bool InEndGame
    {
        get
        {
            if (_partials.Count == 0 || _ownedCount > 0) return false;
            RefreshOrders();
            for (int level = (int)PiecePriority.Low; level <= (int)PiecePriority.High; level++)
            {
                RarityOrder order = _orders[level];
                if (order.Count > (SeedCount > 0 ? 0 : order.NobodyHasCount)) return false;
            }
            foreach (PartialPiece orphan in _orphans)
                if (Availability(orphan.Piece) > 0) return false;
            return true;
        }
    }

    /// <summary>
    /// Picks blocks to ask of one peer, and counts them as asked. Returns how many went into the span; 0 when there
    /// is nothing for this peer now.
    /// </summary>
    /// <param name="context">The peer and the rules.</param>
    /// <param name="into">Takes the blocks; its length is the limit.</param>
    public int Pick(in PickContext context, Span<BlockSpan> into)
    {
        PeerPieces peer = context.Peer;
        RequirePresent(peer);
        if (peer.NeededCount == 0 || into.IsEmpty) return 0;
        RefreshOrders();
        if (context.OnlyAllowedFast) return PickListed(context, context.AllowedFast, into);
        int count = context.Suggested.IsEmpty ? 0 : PickListed(context, context.Suggested, into);
        while (count < into.Length)
        {
            PartialPiece? partial = GoOn(context) ?? Next(context) ?? BeginAnew(context);
            if (partial is null) break;
            count += Ask(partial, context, into[count..]);
        }
        if (count < into.Length && !context.Parole) count += AskAgain(peer, into[count..]);
        return count;
    }

    private int Ask(PartialPiece partial, in PickContext context, Span<BlockSpan> into)
    {
        PeerPieces peer = context.Peer;
        if (partial.Owner is null && peer.Current is null)
        {
            LeaveOrphans(partial);
            SetOwner(partial, peer);
            partial.Exclusive = context.Parole;
        }
        int count = partial.AskOpen(peer, into);
        PlaceByOpenBlocks(partial);
        return count;
    }

    private int PickListed(in PickContext context, ReadOnlySpan<PieceIndex> pieces, Span<BlockSpan> into)
    {
        PeerPieces peer = context.Peer;
        int count = 0;
        foreach (PieceIndex piece in pieces)
        {
            if (count == into.Length) break;
            if (!peer.Set[piece] || !_needed[piece]) continue;
            if (!_partialByPiece.TryGetValue(piece.Value, out PartialPiece? partial)) partial = TryBegin(piece.Value);
            else if (partial.Owner != peer && !MayTake(partial, context)) continue;
            if (partial is not null && partial.HasOpenFor(peer)) count += Ask(partial, context, into[count..]);
        }
        return count;
    }

    // The piece the peer is on, when it can go on with it.
    private PartialPiece? GoOn(in PickContext context)
    {
        PartialPiece? current = context.Peer.Current;
        if (current is null) return null;
        bool mayStay = !context.Parole || current.Exclusive || current.IsOnlyFrom(context.Peer);
        if (mayStay && current.HasOpenFor(context.Peer))
        {
            current.Exclusive = context.Parole;
            return current;
        }
        Disown(current);
        return null;
    }

    private PartialPiece? Next(in PickContext context)
    {
        if (context.Sequential) return NextInOrder(context);
        if (FindOrphan(context) is { } orphan) return orphan;
        bool finishFirst = _have.Count < RandomFirstPieces || HasBegunTooMuch;
        if (finishFirst && FindShared(context, inOrder: false) is { } shared) return shared;
        int piece = FindFresh(context);
        if (piece >= 0 && TryBegin(piece) is { } begun) return begun;
        return finishFirst ? null : FindShared(context, inOrder: false);
    }

    // Without limits a swarm of slow peers would begin every piece and finish none.
    private bool HasBegunTooMuch
    {
        get
        {
            int byPeers = Math.Max(4, _peers.Count * 3 / 2);
            int byBytes = Math.Max(4, MaxBegunBlocks / _blocksPerPiece);
            return _ownedCount + _orphans.Count >= Math.Min(byPeers, byBytes);
        }
    }

    private PartialPiece? NextInOrder(in PickContext context)
    {
        int fresh = FindFreshInOrder(context.Peer);
        PartialPiece? begun = FindOrphan(context);
        PartialPiece? shared = FindShared(context, inOrder: true);
        if (begun is null || (shared is not null && shared.Piece < begun.Piece)) begun = shared;
        if (begun is not null && (fresh < 0 || begun.Piece.Value < fresh)) return begun;
        return (fresh < 0 ? null : TryBegin(fresh)) ?? begun;
    }

    private static bool MayTake(PartialPiece partial, in PickContext context) =>
        !partial.Exclusive && (!context.Parole || (partial.Owner is null && partial.IsOnlyFrom(context.Peer)));

    // The orphan that is nearest to complete, or the first one in sequential order.
    private PartialPiece? FindOrphan(in PickContext context)
    {
        PartialPiece? best = null;
        int scanned = Math.Min(_orphans.Count, MaxScannedOrphans);
        int start = scanned < _orphans.Count ? _random.Next(_orphans.Count) : 0;
        for (int i = 0; i < scanned; i++)
        {
            PartialPiece orphan = _orphans[(start + i) % _orphans.Count];
            if (!context.Peer.Set[orphan.Piece] || !orphan.HasOpenFor(context.Peer)) continue;
            if (best is not null
                && (context.Sequential ? orphan.Piece > best.Piece : orphan.OpenCount >= best.OpenCount)) continue;
            if (MayTake(orphan, context)) best = orphan;
        }
        return best;
    }

    // A piece another peer is on: the one with most left to share, or the first one in sequential order.
    private PartialPiece? FindShared(in PickContext context, bool inOrder)
    {
        if (_ownedCount == 0 || context.Parole) return null;
        PartialPiece? best = null;
        foreach (PeerPieces other in _peers)
        {
            if (other.Current is not { } partial || !context.Peer.Set[partial.Piece]) continue;
            if (best is not null && (inOrder ? partial.Piece > best.Piece : partial.OpenCount <= best.OpenCount))
                continue;
            if (MayTake(partial, context) && partial.HasOpenFor(context.Peer)) best = partial;
        }
        return best;
    }

    private int FindFresh(in PickContext context)
    {
        PeerPieces peer = context.Peer;
        if (_have.Count < RandomFirstPieces)
        {
            int random = FindRandom(peer);
            if (random >= 0) return random;
        }
        if (peer.RunLeft > 0 && IsFreshFor(peer, peer.RunNext))
        {
            peer.RunLeft--;
            return peer.RunNext++;
        }
        peer.RunLeft = 0;
        int rarest = FindRarest(peer);
        if (rarest < 0 || context.PreferredRun <= 1 || HasBegunTooMuch) return rarest;
        return BeginRun(peer, rarest, context.PreferredRun);
    }

    // Runs lie in fixed extents, so that the runs of several fast peers do not cut each other up.
    private int BeginRun(PeerPieces peer, int rarest, int length)
    {
        int first = rarest;
        int extent = rarest - rarest % length;
        PiecePriority level = _priorities[rarest];
        while (first > extent && IsFreshFor(peer, first - 1) && _priorities[first - 1] == level) first--;
        peer.RunNext = first + 1;
        peer.RunLeft = extent + length - peer.RunNext;
        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFreshFor(PeerPieces peer, int piece) =>
        piece < _states.Length && _fresh[piece] && peer.Set[piece];

    private int FindRandom(PeerPieces peer)
    {
        const int Tries = 16;
        ReadOnlySpan<int> items = [];
        for (int level = (int)PiecePriority.High; level > 0 && items.IsEmpty; level--)
            items = _orders[level].Items[FirstUseful(_orders[level], peer)..];
        for (int i = 0; i < Tries && !items.IsEmpty; i++)
        {
            int piece = items[_random.Next(items.Length)];
            if (peer.Set[piece]) return piece;
        }
        return -1;
    }

    private int FindRarest(PeerPieces peer)
    {
        int scanned = 0;
        for (int level = (int)PiecePriority.High; level > 0; level--)
        {
            RarityOrder order = _orders[level];
            foreach (int piece in order.Items[FirstUseful(order, peer)..])
            {
                if (peer.Set[piece]) return piece;
                if (++scanned == MaxScannedItems) return FindRarestOfSample(peer);
            }
        }
        return -1;
    }

    // A peer that is not a seed has none of the pieces that nobody but seeds has.
    private static int FirstUseful(RarityOrder order, PeerPieces peer) =>
        peer.CountedAsSeed ? 0 : order.NobodyHasCount;

    // For a peer that lacks what is rare: the best of what it has, from a random place on.
    private int FindRarestOfSample(PeerPieces peer)
    {
        int start = _random.Next(_states.Length);
        int best = -1;
        int sampled = 0;
        bool wrapped = false;
        int piece = _fresh.NextCommon(peer.Set, start);
        while (sampled < MaxSampled)
        {
            if (piece < 0 && !wrapped)
            {
                wrapped = true;
                piece = _fresh.NextCommon(peer.Set, 0);
            }
            if (piece < 0 || (wrapped && piece >= start)) break;
            sampled++;
            if (best < 0 || IsBetter(piece, best)) best = piece;
            piece = piece + 1 < _states.Length ? _fresh.NextCommon(peer.Set, piece + 1) : -1;
        }
        return best;
    }

    private bool IsBetter(int piece, int than) =>
        _priorities[piece] != _priorities[than]
            ? _priorities[piece] > _priorities[than]
            : _availability[piece] < _availability[than];

    private int FindFreshInOrder(PeerPieces peer)
    {
        int best = -1;
        PiecePriority highest = PiecePriority.High;
        while (highest > PiecePriority.Low && _orders[(int)highest].Count == 0) highest--;
        for (int piece = _fresh.NextCommon(peer.Set, 0); piece >= 0; piece = _fresh.NextCommon(peer.Set, piece + 1))
        {
            if (best < 0 || _priorities[piece] > _priorities[best]) best = piece;
            if (_priorities[best] == highest || piece + 1 == _states.Length) break;
        }
        return best;
    }

    private int AskAgain(PeerPieces peer, Span<BlockSpan> into)
    {
        int wanted = Math.Min(into.Length, EndGameDepth - peer.Outstanding);
        if (wanted <= 0 || !InEndGame) return 0;
        int count = 0;
        int start = _random.Next(_partials.Count);
        for (int i = 0; i < _partials.Count && count < wanted; i++)
        {
            PartialPiece partial = _partials[(start + i) % _partials.Count];
            if (partial.AskedOnceCount == 0 || partial.Exclusive || !peer.Set[partial.Piece]) continue;
            if (_priorities[partial.Piece.Value] == PiecePriority.Unwanted) continue;
            count += partial.AskAgain(peer, _random.Next(partial.BlockCount), into[count..wanted]);
        }
        return count;
    }
}
