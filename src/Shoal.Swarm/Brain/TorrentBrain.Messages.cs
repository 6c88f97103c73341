using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm;

// Everything that a peer can say, in one switch.
public sealed partial class TorrentBrain
{
    // Bytes before the block in a piece message: length prefix, id, piece and begin.
    private const int PiecePrefixBytes = 13;

    // The largest frame accepted here is bounded by the shell that cut the bytes; this only repeats it.
    private const int MaxFrameBytes = PeerFrame.DefaultMaxBytes;

    // Bytes that a peer's messages may make us write while it takes none of them: metadata in flight, answers to hash
    // requests, rejects. A peer that reads never comes near it; without it one that does not could fill our memory.
    private const int MaxUnreadAnswers = 512 * 1024;

    /// <summary>Deals with whole messages from a peer.</summary>
    /// <param name="session">The peer.</param>
    /// <param name="frames">Whole messages, end to end. Blocks in them are stored by their offset here.</param>
    /// <param name="now">Time since the engine's start.</param>
    public void Receive(PeerSession session, ReadOnlySpan<byte> frames, TimeSpan now)
    {
        _now = now;
        session.LastReceivedAt = now;
        int offset = 0;
        int unsent = session.Outbox.Length;
        int unread = Math.Min(session.UnreadAnswers, unsent);
        while (session.Phase == SessionPhase.Open && offset < frames.Length)
        {
            FrameStatus status =
                PeerFrame.TryRead(frames[offset..], MaxFrameBytes, out PeerFrame frame, out int consumed);
            if (status == FrameStatus.NeedMore)
                throw new ArgumentException("The bytes end inside a message.", nameof(frames));
            DisconnectReason reason = status switch
            {
                FrameStatus.KeepAlive => DisconnectReason.None,
                FrameStatus.TooLong => DisconnectReason.MessageTooLong,
                _ => OnMessage(session, frame, offset, now),
            };
            session.UnreadAnswers = unread + session.Outbox.Length - unsent;
            if (reason == DisconnectReason.None && session.UnreadAnswers > MaxUnreadAnswers)
                reason = DisconnectReason.MessageFlood;
            if (reason != DisconnectReason.None) Disconnect(session, reason);
            offset += consumed;
        }
        if (session.Phase == SessionPhase.Open) FillRequests(session, now);
    }

    /// <summary>Deals with one message; the reason to close the connection, or none.</summary>
    private DisconnectReason OnMessage(
        PeerSession session, PeerFrame frame, int offset, TimeSpan now) => frame.Id switch
    {
        PeerMessageId.Choke => frame.IsBare ? OnChoke(session, now) : DisconnectReason.MalformedMessage,
        PeerMessageId.Unchoke => frame.IsBare ? OnUnchoke(session, now) : DisconnectReason.MalformedMessage,
        PeerMessageId.Interested => frame.IsBare ? OnInterested(session, now) : DisconnectReason.MalformedMessage,
        PeerMessageId.NotInterested => frame.IsBare ? OnNotInterested(session, now) : DisconnectReason.MalformedMessage,
        PeerMessageId.Have => OnHave(session, frame, now),
        PeerMessageId.Bitfield => OnBitfield(session, frame, now),
        PeerMessageId.HaveAll => OnHaveAll(session, frame, now),
        PeerMessageId.HaveNone => OnHaveNone(session, frame),
        PeerMessageId.Request => OnRequest(session, frame, now),
        PeerMessageId.Cancel => OnCancel(session, frame),
        PeerMessageId.Piece => OnPiece(session, frame, offset + PiecePrefixBytes, now),
        PeerMessageId.RejectRequest => OnReject(session, frame),
        PeerMessageId.SuggestPiece => OnSuggest(session, frame),
        PeerMessageId.AllowedFast => OnAllowedFast(session, frame),
        PeerMessageId.Extended => OnExtended(session, frame, now),
        PeerMessageId.HashRequest => OnHashRequest(session, frame),
        PeerMessageId.Hashes => OnHashes(session, frame, now),
        PeerMessageId.HashReject => OnHashReject(session, frame),
        // The port of a DHT node (BEP 5) and what nobody has defined yet are no fault.
        _ => DisconnectReason.None,
    };

    private DisconnectReason OnChoke(PeerSession session, TimeSpan now)
    {
        session.UnchokedUs = false;
        Observer?.ChokeChanged(session);
        // Under the Fast extension the peer answers each request all the same; without it they are gone.
        if (session.SupportsFast) return DisconnectReason.None;
        // What is being sent already still comes. Who chokes time and again does not gather excuses by it.
        session.ExcusedBlocks = Math.Max(session.ExcusedBlocks, session.Pending.Count);
        DropPending(session);
        FillAllRequests(now);
        return DisconnectReason.None;
    }

    private DisconnectReason OnUnchoke(PeerSession session, TimeSpan now)
    {
        session.UnchokedUs = true;
        session.LastBlockAt = now;
        Observer?.ChokeChanged(session);
        return DisconnectReason.None;
    }

    private DisconnectReason OnInterested(PeerSession session, TimeSpan now)
    {
        session.PeerInterested = true;
        session.LastUsefulAt = now;
        Observer?.InterestTold(session, isInterested: true);
        if (!session.UnchokedByUs && HasFreeSlot()) Unchoke(session, now);
        return DisconnectReason.None;
    }

    private DisconnectReason OnNotInterested(PeerSession session, TimeSpan now)
    {
        session.PeerInterested = false;
        session.LastUsefulAt = now;
        Observer?.InterestTold(session, isInterested: false);
        return DisconnectReason.None;
    }

    private DisconnectReason OnHave(PeerSession session, PeerFrame frame, TimeSpan now)
    {
        if (!frame.TryReadHave(out uint number)) return DisconnectReason.MalformedMessage;
        session.GotPieceSet = true;
        if (session.Pieces is null)
            return session.Early.Add(number) ? DisconnectReason.None : DisconnectReason.OutOfRange;
        if (!_geometry!.TryPiece(number, out PieceIndex piece)) return DisconnectReason.OutOfRange;
        Observer?.PieceAnnounced(session, piece);
        if (!_picker!.PeerHas(session.Pieces, piece)) return DisconnectReason.None;
        OfferedPieceArrived(session, piece, now);
        return AfterPeerGained(session, now);
    }

    private DisconnectReason OnBitfield(PeerSession session, PeerFrame frame, TimeSpan now)
    {
        bool isLate = session.GotPieceSet;
        session.GotPieceSet = true;
        if (session.Pieces is null)
        {
            if (isLate) return DisconnectReason.MalformedMessage;
            session.Early.SetBitfield(frame.Payload);
            return DisconnectReason.None;
        }
        if (!Bitfield.TryRead(frame.Payload, _geometry!.PieceCount, out Bitfield pieces))
            return DisconnectReason.OutOfRange;
        // aria2 sends a bitfield in place of many haves. One that only adds is taken; there is no use for any other.
        if (isLate && (pieces.Lacks(session.Pieces.Set) || !session.Pieces.Set.Lacks(pieces)))
            return DisconnectReason.MalformedMessage;
        _picker!.SetPieces(session.Pieces, pieces);
        ForgetNeedlessOffers(session);
        return AfterPeerGained(session, now);
    }

    private DisconnectReason OnHaveAll(PeerSession session, PeerFrame frame, TimeSpan now)
    {
        if (session.GotPieceSet || !frame.IsBare || !session.SupportsFast) return DisconnectReason.MalformedMessage;
        session.GotPieceSet = true;
        if (session.Pieces is null)
        {
            session.Early.SetAll();
            return DisconnectReason.None;
        }
        var all = new Bitfield(_geometry!.PieceCount);
        all.SetAll();
        _picker!.SetPieces(session.Pieces, all);
        ForgetNeedlessOffers(session);
        return AfterPeerGained(session, now);
    }

    private static DisconnectReason OnHaveNone(PeerSession session, PeerFrame frame)
    {
        if (session.GotPieceSet || !frame.IsBare || !session.SupportsFast) return DisconnectReason.MalformedMessage;
        session.GotPieceSet = true;
        return DisconnectReason.None;
    }

    private DisconnectReason AfterPeerGained(PeerSession session, TimeSpan now)
    {
        OfferPieces(session);
        Observer?.PiecesChanged(session);
        if (session.IsSeed && OnNeedsNothing(session) is var reason and not DisconnectReason.None) return reason;
        UpdateInterest(session, now);
        return DisconnectReason.None;
    }

    /// <summary>A peer turned out to need nothing: two such have no use for each other.</summary>
    private DisconnectReason OnNeedsNothing(PeerSession session)
    {
        if (session.IsInDirectory) _directory.SetUploadOnly(session.ListensAt, true);
        bool hasUse = _info is null || !IsUploadOnly || StaysWithSeeds;
        return hasUse ? DisconnectReason.None : DisconnectReason.BothSeeds;
    }

    private DisconnectReason OnSuggest(PeerSession session, PeerFrame frame)
    {
        if (!frame.TryReadSuggest(out uint number) || !session.SupportsFast) return DisconnectReason.MalformedMessage;
        return AddAdvice(session.Suggested, number);
    }

    private DisconnectReason OnAllowedFast(PeerSession session, PeerFrame frame)
    {
        if (!frame.TryReadAllowedFast(out uint number) || !session.SupportsFast)
            return DisconnectReason.MalformedMessage;
        return AddAdvice(session.AllowedFast, number);
    }

    /// <summary>Keeps the latest few pieces that a peer advised; libtorrent keeps 16 too.</summary>
    private DisconnectReason AddAdvice(List<PieceIndex> pieces, uint number)
    {
        const int MaxAdvised = 16;
        if (_geometry is null) return DisconnectReason.None;
        if (!_geometry.TryPiece(number, out PieceIndex piece)) return DisconnectReason.OutOfRange;
        if (pieces.Contains(piece)) return DisconnectReason.None;
        if (pieces.Count == MaxAdvised) pieces.RemoveAt(0);
        pieces.Add(piece);
        return DisconnectReason.None;
    }
}
