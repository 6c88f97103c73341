using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm;

// Serving others: their requests, and whom to let request.
public sealed partial class TorrentBrain
{
    // Longest block served. BEP 3 has clients close on more than 16 KiB, and nobody asks for more.
    private const int MaxServedBytes = PieceGeometry.BlockLength;

    /// <summary>Blocks of the queue were sent.</summary>
    public void Uploaded(PeerSession session, int bytes, TimeSpan now)
    {
        UploadedBytes += bytes;
        session.UploadedBytes += bytes;
        session.Up.Add(now, bytes);
        NoteGiven(bytes, now);
        session.LastSentAt = session.LastUsefulAt = session.LastMovedAt = now;
    }

    /// <summary>Blocks of the queue could not be read from disk.</summary>
    public void UploadFailed(PeerSession session, ReadOnlySpan<BlockSpan> blocks)
    {
        if (session.Phase != SessionPhase.Open || !session.SupportsFast) return;
        foreach (BlockSpan block in blocks) PeerMessages.WriteReject(session.Outbox, block);
        _port.HasOutput(session);
    }

    /// <summary>Messages other than blocks were sent, so no keep-alive is due.</summary>
    public void Sent(PeerSession session, TimeSpan now)
    {
        _now = now;
        session.LastSentAt = now;
    }

    private DisconnectReason OnRequest(PeerSession session, PeerFrame frame, TimeSpan now)
    {
        if (!frame.TryReadRequest(out uint number, out uint begin, out uint length))
            return DisconnectReason.MalformedMessage;
        if (length > MaxServedBytes || !TryServedSpan(number, begin, length, out BlockSpan block)
            || !_have[block.Piece] || (IsSuperSeeding && !session.Offered.Contains(block.Piece)))
            return Refuse(session, number, begin, length);
        bool allowed = session.UnchokedByUs || session.AllowedByUs.Contains(block.Piece);
        if (!allowed) return Refuse(session, number, begin, length);
        if (!session.Uploads.TryAdd(block)) return Refuse(session, number, begin, length);
        session.LastUsefulAt = now;
        _port.HasOutput(session);
        return DisconnectReason.None;
    }

    private bool TryServedSpan(uint piece, uint begin, uint length, out BlockSpan block)
    {
        block = default;
        return _geometry is not null && (_hashes.V1 is null
            ? _geometry.TrySpanOfWholeBlocks(piece, begin, length, out block)
            : _geometry.TrySpan(piece, begin, length, out block));
    }

    /// <summary>
    /// Says no to a request. Without the Fast extension there is no word for it: a request while choked may have
    /// crossed our choke and is ignored, a nonsensical one closes the connection after a few.
    /// </summary>
    private DisconnectReason Refuse(PeerSession session, uint piece, uint begin, uint length)
    {
        // Answers that pile up unread are a flood of ours on the peer's behalf; 64 KiB are 3,800 of them.
        const int MaxUnsentBytes = 64 * 1024;
        const int MaxStrikes = 2000;
        if (++session.Strikes > MaxStrikes || session.Outbox.Length > MaxUnsentBytes)
            return DisconnectReason.RequestFlood;
        if (!session.SupportsFast) return DisconnectReason.None;
        PeerMessages.WriteReject(session.Outbox, piece, begin, length);
        _port.HasOutput(session);
        return DisconnectReason.None;
    }

    private DisconnectReason OnCancel(PeerSession session, PeerFrame frame)
    {
        if (!frame.TryReadRequest(out uint number, out uint begin, out uint length))
            return DisconnectReason.MalformedMessage;
        if (!TryServedSpan(number, begin, length, out BlockSpan block)) return DisconnectReason.None;
        // Under the Fast extension every request is answered, a cancelled one by its reject.
        if (session.Uploads.TryCancel(block) && session.SupportsFast)
        {
            PeerMessages.WriteReject(session.Outbox, block);
            _port.HasOutput(session);
        }
        return DisconnectReason.None;
    }

    private void Unchoke(PeerSession session, TimeSpan now)
    {
        if (session.UnchokedByUs) return;
        MoveOffers(session, hasSlot: true);
        session.UnchokedByUs = true;
        OfferPieces(session);
        // Requests that crossed the last choke are forgiven: only those within one choke can be a flood.
        session.Strikes = 0;
        session.ChokeChangedAt = now;
        session.UploadedAtUnchoke = session.UploadedBytes;
        PeerMessages.WriteUnchoke(session.Outbox);
        _port.HasOutput(session);
    }

    private void Choke(PeerSession session, TimeSpan now)
    {
        if (!session.UnchokedByUs) return;
        MoveOffers(session, hasSlot: false);
        session.UnchokedByUs = false;
        session.ChokeChangedAt = now;
        PeerMessages.WriteChoke(session.Outbox);
        RejectQueued(session);
        _port.HasOutput(session);
    }

    private void RejectQueued(PeerSession session)
    {
        Span<BlockSpan> blocks = stackalloc BlockSpan[64];
        while (session.Uploads.Count > 0)
        {
            int count = session.Uploads.TakeAny(blocks);
            if (!session.SupportsFast) continue;
            foreach (BlockSpan block in blocks[..count]) PeerMessages.WriteReject(session.Outbox, block);
        }
    }
}
