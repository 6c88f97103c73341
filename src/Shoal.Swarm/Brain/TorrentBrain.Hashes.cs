using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm;

// The exchange of v2 hashes (BEP 52): asking for piece layers that a magnet link did not bring, asking for the leaves
// of a piece that failed, and answering both for others. Only peers that came by the v2 hash take part.
public sealed partial class TorrentBrain
{
    // Requests for hashes that wait at one peer at the most; each brings up to 512 hashes.
    private const int MaxHashRequestsPerPeer = 4;

    // Leaf requests of one peer that wait for the disk at the most: each costs reading and hashing a piece.
    private const int MaxLeafQueriesPerPeer = 8;

    // Wrong hashes that a peer may send before it is closed: one could be a race with nothing, two are not.
    private const int MaxHashFaults = 2;

    // A peer that does not answer in this time is left alone for a while; the block timeout of libtorrent.
    private static readonly TimeSpan HashTimeout = TimeSpan.FromSeconds(20);

    // Who had no hashes may be fetching them itself; the pause after a reject of metadata is the same.
    private static readonly TimeSpan HashPause = Metadata.MetadataDownload.RejectPause;

    private readonly Dictionary<HashRequest, (PeerSession Peer, TimeSpan AskedAt)> _hashRequests = [];
    private readonly List<(PeerSession Peer, HashRequest Request, PieceIndex Piece)> _leafQueries = [];
    private readonly HashSet<PieceIndex> _awaitingRoot = [];

    private bool TakesPartInHashes(PeerSession session) =>
        session.Phase == SessionPhase.Open && _now >= session.NoHashesBefore && session.Pieces is { Set.IsEmpty: false }
        && (session.UsesV2Hash || _hashes.V1 is null) && !session.IsWebSeed;

    /// <summary>Asks peers for missing piece layers, a few requests at a time.</summary>
    private void RequestHashes(TimeSpan now)
    {
        if (_forest is null || _forest.HasAllPieceRoots || _stopping) return;
        bool more = _forest.TryNextMissing(out HashRequest request);
        foreach (PeerSession session in _sessions)
        {
            if (!TakesPartInHashes(session)) continue;
            while (more && session.HashRequests < MaxHashRequestsPerPeer)
            {
                if (!_hashRequests.ContainsKey(request)) AskForHashes(session, request, now);
                more = _forest.TryMissingAfter(request, out request);
            }
            if (!more) return;
        }
    }

    /// <summary>
    /// Asks for the leaves of a piece that failed, to learn which blocks were wrong. False when nobody can be asked.
    /// </summary>
    private bool RequestLeaves(PieceIndex piece, TimeSpan now)
    {
        if (_forest is null) return false;
        PeerSession? peer = _sessions.Find(s => TakesPartInHashes(s) && s.Pieces!.Set[piece]);
        if (peer is null) return false;
        int leaves = _geometry!.BlockCount(piece);
        for (int first = 0; first < leaves; first += HashRequest.MaxLength)
            if (_forest.TryLeafRequest(piece, first, out HashRequest request) && !_hashRequests.ContainsKey(request))
                AskForHashes(peer, request, now);
        return true;
    }

    private void AskForHashes(PeerSession session, HashRequest request, TimeSpan now)
    {
        session.HashRequests++;
        _hashRequests[request] = (session, now);
        PeerMessages.WriteHashRequest(session.Outbox, request);
        _port.HasOutput(session);
    }

    private bool TryTakeHashRequest(PeerSession session, HashRequest request)
    {
        if (!_hashRequests.TryGetValue(request, out (PeerSession Peer, TimeSpan AskedAt) asked)) return false;
        if (asked.Peer != session) return false;
        _hashRequests.Remove(request);
        session.HashRequests--;
        return true;
    }

    private void ForgetHashRequests(PeerSession session)
    {
        if (session.HashRequests > 0)
        {
            foreach ((HashRequest request, (PeerSession Peer, TimeSpan AskedAt) asked) in _hashRequests)
                if (asked.Peer == session) _hashRequests.Remove(request);
            session.HashRequests = 0;
        }
        _leafQueries.RemoveAll(query => query.Peer == session);
    }

    private void ExpireHashRequests(TimeSpan now)
    {
        foreach ((HashRequest request, (PeerSession Peer, TimeSpan AskedAt) asked) in _hashRequests)
        {
            if (now - asked.AskedAt < HashTimeout) continue;
            asked.Peer.NoHashesBefore = now + HashPause;
            TryTakeHashRequest(asked.Peer, request);
        }
    }

    private DisconnectReason OnHashes(PeerSession session, PeerFrame frame, TimeSpan now)
    {
        if (!frame.TryReadHashes(out HashRequest request, out ReadOnlySpan<byte> hashes))
            return DisconnectReason.MalformedMessage;
        // An answer to nothing may be late; it is not worth proving.
        if (_forest is null || !TryTakeHashRequest(session, request)) return DisconnectReason.None;
        // By the request and not by its layer: with pieces of one block the piece layer is that of the leaves.
        bool areLeaves = _forest.TryLeafPiece(request, out _);
        HashAcceptance acceptance =
            areLeaves ? _forest.VerifyLeaves(request, hashes) : _forest.Accept(request, hashes);
        if (acceptance == HashAcceptance.Invalid)
            return ++session.HashFaults >= MaxHashFaults ? DisconnectReason.BadHashes : DisconnectReason.None;
        if (areLeaves && acceptance == HashAcceptance.Accepted) LeavesProven(request, hashes);
        else RecheckWaiting();
        RequestHashes(now);
        return DisconnectReason.None;
    }

    private void RecheckWaiting()
    {
        foreach (PieceIndex piece in _awaitingRoot)
        {
            if (!_forest!.HasPieceRoot(piece)) continue;
            _awaitingRoot.Remove(piece);
            _port.RecheckPiece(piece);
        }
    }

    private DisconnectReason OnHashReject(PeerSession session, PeerFrame frame)
    {
        if (!frame.TryReadHashRequest(out HashRequest request)) return DisconnectReason.MalformedMessage;
        if (TryTakeHashRequest(session, request)) session.NoHashesBefore = _now + HashPause;
        return DisconnectReason.None;
    }

    private DisconnectReason OnHashRequest(PeerSession session, PeerFrame frame)
    {
        if (!frame.TryReadHashRequest(out HashRequest request)) return DisconnectReason.MalformedMessage;
        HashRequestFault fault = _forest?.Check(request) ?? HashRequestFault.Refused;
        if (fault == HashRequestFault.Overflow) return DisconnectReason.OutOfRange;
        if (fault != HashRequestFault.None || !TryAnswer(session, request))
        {
            PeerMessages.WriteHashReject(session.Outbox, request);
            _port.HasOutput(session);
        }
        return ++session.HashesAsked > MaxHashQuestions ? DisconnectReason.MessageFlood : DisconnectReason.None;
    }

    // Questions that a peer can have about a torrent of the largest size, asked twice: 0x200000 pieces in steps of 512.
    private const int MaxHashQuestions = 2 * 0x200000 / HashRequest.MaxLength;

    private bool TryAnswer(PeerSession session, HashRequest request)
    {
        if (request.BaseLayer == 0 && _forest!.TryLeafPiece(request, out PieceIndex piece))
        {
            if (!_have[piece] || _leafQueries.Count(q => q.Peer == session) >= MaxLeafQueriesPerPeer) return false;
            _leafQueries.Add((session, request, piece));
            _port.HashBlocks(piece);
            return true;
        }
        byte[] answer = new byte[request.PayloadLength];
        if (!_forest!.TryServe(request, answer, out int written)) return false;
        PeerMessages.WriteHashes(session.Outbox, request, answer.AsSpan(0, written));
        _port.HasOutput(session);
        return true;
    }

    private void AnswerLeafQueries(PieceIndex piece, ReadOnlySpan<byte> leaves)
    {
        for (int i = _leafQueries.Count - 1; i >= 0; i--)
        {
            (PeerSession peer, HashRequest request, PieceIndex about) = _leafQueries[i];
            if (about != piece) continue;
            _leafQueries.RemoveAt(i);
            byte[] answer = new byte[request.PayloadLength];
            if (_forest!.TryServeLeaves(request, leaves, answer, out int written))
                PeerMessages.WriteHashes(peer.Outbox, request, answer.AsSpan(0, written));
            else
                PeerMessages.WriteHashReject(peer.Outbox, request);
            _port.HasOutput(peer);
        }
    }
}
