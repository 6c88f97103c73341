using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm;

// The extension protocol (BEP 10): its handshake, metadata (BEP 9), withdrawn pieces (BEP 54), upload-only (BEP 21);
// and the first messages after the handshake, which depend on what is known and what the peer supports.
public sealed partial class TorrentBrain
{
    /// <summary>Our numbers for the extensions that we take part in. Peers send to us with these.</summary>
    private static readonly ExtensionIds OurIds = new() { Metadata = 1, DontHave = 3, UploadOnly = 4 };

    /// <summary>Under which of them we take messages in this torrent.</summary>
    private ExtensionIds TakenIds => _options.TakesRevocations ? OurIds with { Revocations = RevocationsId } : OurIds;

    private void SendExtensionHandshake(PeerSession session)
    {
        if (!session.SupportsExtensions) return;
        var handshake = new ExtensionHandshake
        {
            Ids = TakenIds,
            ListenPort = _options.ListenPort > 0 && !session.IsIncoming ? _options.ListenPort : null,
            Client = PeerId.ClientName,
            YourAddress = session.Remote.Address,
            RequestQueue = Requests.RequestQueue.DefaultCapacity,
            MetadataSize = _rawInfo.IsEmpty ? null : _rawInfo.Length,
            UploadOnly = _info is not null && IsUploadOnly ? true : null,
        };
        handshake.Write(session.Outbox);
        _port.HasOutput(session);
    }

    /// <summary>Tells a peer what is here, in the shortest way that it understands.</summary>
    private void SendFirstPieces(PeerSession session)
    {
        if (session.SupportsFast)
        {
            if (IsSuperSeeding) PeerMessages.WriteHaveNone(session.Outbox);
            else if (_info is not null && _have.IsFull) PeerMessages.WriteHaveAll(session.Outbox);
            else if (_have.IsEmpty) PeerMessages.WriteHaveNone(session.Outbox);
            else PeerMessages.WriteBitfield(session.Outbox, _have);
        }
        else if (!_have.IsEmpty && !IsSuperSeeding)
        {
            PeerMessages.WriteBitfield(session.Outbox, _have);
        }
        if (_info is not null) SendAllowedFast(session);
    }

    private void SendAllowedFast(PeerSession session)
    {
        if (!session.SupportsFast || _have.IsEmpty || _options.FixedSwarm is not null || IsSuperSeeding) return;
        Span<PieceIndex> pieces = stackalloc PieceIndex[AllowedFastSet.DefaultCount];
        int count = AllowedFastSet.Fill(session.Remote.Address, _hashes.Wire, _geometry!, pieces);
        foreach (PieceIndex piece in pieces[..count])
        {
            if (!_have[piece]) continue;
            session.AllowedByUs.Add(piece);
            PeerMessages.WriteAllowedFast(session.Outbox, piece);
        }
    }

    /// <summary>Brings a peer up to date that was connected before the content was known.</summary>
    private void AnnounceContent(PeerSession session)
    {
        SendExtensionHandshake(session);
        for (int piece = _have.NextSet(0); piece >= 0; piece = _have.NextSet(piece + 1))
            PeerMessages.WriteHave(session.Outbox, _geometry!.Piece(piece));
        _port.HasOutput(session);
    }

    /// <summary>Checks what a peer said to have against the number of pieces. False when it is gone for it.</summary>
    private bool ResolveEarlyPieces(PeerSession session)
    {
        session.Pieces = Join(session);
        if (!session.Early.TryResolve(_geometry!.PieceCount, out Bitfield pieces))
        {
            Disconnect(session, DisconnectReason.OutOfRange);
            return false;
        }
        _picker!.SetPieces(session.Pieces, pieces);
        return true;
    }

    /// <summary>
    /// Tells by a message of its own who takes it, and everybody else by a second handshake, as BEP 21 is written.
    /// </summary>
    private void TellUploadOnly(PeerSession session)
    {
        byte id = session.Extensions?.Ids.IdOf(PeerExtension.UploadOnly) ?? 0;
        if (id == 0)
        {
            SendExtensionHandshake(session);
            return;
        }
        UploadOnlyMessage.Write(session.Outbox, id, true);
        _port.HasOutput(session);
    }

    private DisconnectReason OnExtended(PeerSession session, PeerFrame frame, TimeSpan now)
    {
        if (!session.SupportsExtensions || !frame.TryReadExtended(out byte id, out ReadOnlySpan<byte> message))
            return DisconnectReason.MalformedMessage;
        if (id == 0) return OnExtensionHandshake(session, message, now);
        if (!TakenIds.TryFind(id, out PeerExtension extension)) return DisconnectReason.None;
        switch (extension)
        {
            case PeerExtension.Metadata:
                return OnMetadataMessage(session, message, now);
            case PeerExtension.DontHave:
                return OnDontHave(session, message, now);
            case PeerExtension.UploadOnly:
                return UploadOnlyMessage.TryRead(message, out bool uploadOnly)
                    ? OnUploadOnly(session, uploadOnly)
                    : DisconnectReason.None;
            case PeerExtension.Revocations:
                return OnRevocations(session, message);
        }
        return DisconnectReason.None;
    }

    private DisconnectReason OnExtensionHandshake(PeerSession session, ReadOnlySpan<byte> message, TimeSpan now)
    {
        // Handshakes may come again when something changes; more of them than this only cost time.
        const int MaxHandshakes = 32;
        if (++session.ExtensionHandshakes > MaxHandshakes) return DisconnectReason.MessageFlood;
        if (!ExtensionHandshake.TryRead(message, out ExtensionHandshake? theirs)) return DisconnectReason.None;
        session.Extensions = session.Extensions?.Merge(theirs) ?? theirs;
        if (!string.IsNullOrEmpty(theirs.Client)) session.Client = theirs.Client;
        if (theirs.YourAddress is { } own) _port.ToldOwnAddress(session, own);
        if (theirs.RequestQueue is { } queue) session.Window.SetPeerQueue(queue);
        if (theirs.ListenPort is { } port && !TakeListenPort(session, port)) return DisconnectReason.Duplicate;
        AskForMetadata(session, now);
        SendRevocations(session);
        return theirs.UploadOnly is { } uploadOnly ? OnUploadOnly(session, uploadOnly) : DisconnectReason.None;
    }

    private DisconnectReason OnUploadOnly(PeerSession session, bool uploadOnly)
    {
        session.IsUploadOnly = uploadOnly;
        if (uploadOnly) return OnNeedsNothing(session);
        if (session.IsInDirectory) _directory.SetUploadOnly(session.ListensAt, session.IsSeed);
        return DisconnectReason.None;
    }

    private DisconnectReason OnDontHave(PeerSession session, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (!DontHaveMessage.TryRead(message, out uint number)) return DisconnectReason.MalformedMessage;
        if (session.Pieces is null) return DisconnectReason.None;
        if (!_geometry!.TryPiece(number, out PieceIndex piece)) return DisconnectReason.OutOfRange;
        if (_picker!.PeerLost(session.Pieces, piece)) UpdateInterest(session, now);
        return DisconnectReason.None;
    }
}
