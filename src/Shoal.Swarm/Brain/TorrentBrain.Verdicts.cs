using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Peers;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm;

// What happens when a piece is whole: announced when it is right, and when it is wrong the search for who spoiled it.
//
//   bad ── one sender ───────────────▶ banned at once
//    ├──── with blocks of before: nobody to be found, fetched again
//    └──── several: HashBlocks ──▶ each block's hash kept with its sender, all of them on parole, piece fetched again
//           ├── v2: leaves from a peer, proven by the root ──▶ who sent a differing block is banned at once
//           └── piece good: HashBlocks ──▶ the same, by comparison with the good blocks
public sealed partial class TorrentBrain
{
    // Peers on this machine that are banned by their id at the most; a peer can have a new id whenever it likes.
    private const int MaxBannedLocals = 1000;

    // Bad pieces of which the block hashes wait for a peer to tell the right ones; 40 bytes for each block. Beyond it
    // the ledger's comparison with the good piece has to do.
    private const int MaxSuspects = 64;

    private readonly BlameLedger<PeerName> _blame = new();
    private readonly Dictionary<PieceIndex, Suspects> _suspects = [];
    private readonly BanList<PeerId> _bannedLocals = new(MaxBannedLocals);
    private readonly HashSet<PieceIndex> _comparing = [];

    /// <summary>Bad pieces of which the senders are kept to be held against proven hashes.</summary>
    internal int SuspectPieces => _suspects.Count;

    /// <summary>A piece was hashed.</summary>
    public void PieceChecked(PieceIndex piece, PieceResult result, TimeSpan now)
    {
        _now = now;
        if (_picker!.State(piece) != PieceState.Checking) return;
        switch (result)
        {
            case PieceResult.Good:
                PieceIsGood(piece, now);
                break;
            case PieceResult.Bad:
                PieceIsBad(piece, now);
                break;
            case PieceResult.HashUnknown when _forest!.HasPieceRoot(piece):
                // The hash came while the verdict was on its way here.
                _port.RecheckPiece(piece);
                break;
            case PieceResult.HashUnknown:
                _awaitingRoot.Add(piece);
                // The root may have come while the verdict was on its way.
                RecheckWaiting();
                RequestHashes(now);
                break;
        }
    }

    /// <summary>The blocks of a piece were hashed, as <see cref="ISwarmPort.HashBlocks"/> asked.</summary>
    public void BlocksHashed(PieceIndex piece, ReadOnlySpan<Sha256Hash> hashes, TimeSpan now)
    {
        _now = now;
        if (_suspects.TryGetValue(piece, out Suspects? suspects) && suspects.Hashes is null)
        {
            suspects.Hashes = hashes.ToArray();
            KeepBadBlocks(piece, suspects);
            if (!RequestLeaves(piece, now)) _suspects.Remove(piece);
            FetchAgain(piece, now);
        }
        else if (_comparing.Remove(piece))
        {
            List<PeerName> guilty = [];
            _blame.Compare(piece, hashes, guilty);
            BanAll(guilty);
        }
        if (_leafQueries.Count > 0) AnswerLeafQueries(piece, ToBytes(hashes));
    }

    private void PieceIsGood(PieceIndex piece, TimeSpan now)
    {
        _blame.PieceGood(Senders(piece).ToArray());
        _picker!.PieceGood(piece);
        _have.Set(piece);
        if (_blame.IsWaitingFor(piece) && _comparing.Add(piece)) _port.HashBlocks(piece);
        _suspects.Remove(piece);
        _port.PieceCompleted(piece);
        Observer?.PieceJudged(piece, isGood: true);
        for (int i = _sessions.Count - 1; i >= 0; i--)
        {
            PeerSession session = _sessions[i];
            if (session.Phase != SessionPhase.Open || session.Pieces is null) continue;
            UpdateInterest(session, now);
            // Who has the piece is told as well: a super-seed offers the next one when it hears that one has arrived.
            if (session.IsSeed && !StaysWithSeeds) continue;
            PeerMessages.WriteHave(session.Outbox, piece);
            _port.HasOutput(session);
        }
        CheckCompleted(now);
    }

    private void PieceIsBad(PieceIndex piece, TimeSpan now)
    {
        int restored = _picker!.RestoredBytes(piece);
        WastedBytes += _geometry!.PayloadLength(piece) - restored;
        _port.PieceFailed(piece);
        Observer?.PieceJudged(piece, isGood: false);
        if (restored > 0)
        {
            // What was on disk before may be what is wrong, and who sent that is not known any more.
            FetchAgain(piece, now);
            return;
        }
        PeerPieces?[] senders = new PeerPieces?[_geometry.BlockCount(piece)];
        for (int block = 0; block < senders.Length; block++) senders[block] = _picker!.Contributor(piece, block);
        List<PeerName> guilty = [];
        _blame.PieceBad(piece, Senders(piece).ToArray(), guilty);
        if (guilty.Count > 0)
        {
            FetchAgain(piece, now);
            BanAll(guilty);
            return;
        }
        // Nothing of it may be asked for before its blocks are hashed: they would be written over.
        MakeRoomForSuspects();
        _suspects[piece] = new Suspects(senders);
        _port.HashBlocks(piece);
    }

    private void MakeRoomForSuspects()
    {
        if (_suspects.Count < MaxSuspects) return;
        foreach ((PieceIndex piece, Suspects suspects) in _suspects)
        {
            // Those that are being hashed are still to be fetched again, and few: the disk is at work on them.
            if (suspects.Hashes is null) continue;
            _suspects.Remove(piece);
            return;
        }
    }

    private void FetchAgain(PieceIndex piece, TimeSpan now)
    {
        _port.ForgetPiece(piece);
        _picker!.PieceBad(piece);
        foreach (PeerSession session in _sessions)
            if (session.Phase == SessionPhase.Open) UpdateInterest(session, now);
        FillAllRequests(now);
    }

    private void KeepBadBlocks(PieceIndex piece, Suspects suspects)
    {
        List<PeerName> guilty = [];
        for (int block = 0; block < suspects.Senders.Length; block++)
        {
            if (suspects.Senders[block]?.Tag is not PeerName sender) continue;
            bool lies = _blame.KeepBadBlock(piece, block, sender, suspects.Hashes![block]);
            if (lies && !guilty.Contains(sender)) guilty.Add(sender);
        }
        BanAll(guilty);
    }

    /// <summary>
    /// A peer has told the leaves of a piece that failed, and they fold to its root: now all is known.
    /// </summary>
    private void LeavesProven(Protocol.Merkle.HashRequest request, ReadOnlySpan<byte> leaves)
    {
        if (!_forest!.TryLeafPiece(request, out PieceIndex piece)) return;
        if (!_suspects.TryGetValue(piece, out Suspects? suspects) || suspects.Hashes is null) return;
        int first = (int)request.Index - Suspects.FirstLeafOf(_forest, piece);
        List<PeerName> guilty = [];
        for (int i = 0; i < request.Length && first + i < suspects.Hashes.Length; i++)
        {
            var leaf = new Sha256Hash(leaves.Slice(i * Sha256Hash.Length, Sha256Hash.Length));
            if (suspects.Hashes[first + i] == leaf) continue;
            if (suspects.Senders[first + i]?.Tag is PeerName sender && !guilty.Contains(sender)) guilty.Add(sender);
        }
        BanAll(guilty);
    }

    private void BanAll(List<PeerName> guilty)
    {
        foreach (PeerName name in guilty)
        {
            _blame.Forget(name);
            Ban(name);
        }
    }

    /// <summary>
    /// Ends all connections with a peer, if it is still there, and takes no other. On this machine one address is many
    /// peers, so there it is the peer's id that is banned; and so it is of a web seed.
    /// </summary>
    private void Ban(PeerName name)
    {
        IPAddress address = name.EndPoint.Address;
        bool isLocal = address.Scope() == AddressScope.Loopback || _webSeeds.Contains(name.PeerId);
        if (isLocal) _bannedLocals.Add(name.PeerId);
        else _directory.Ban(address);
        foreach (PeerSession session in _sessions.ToArray())
        {
            bool isMeant = isLocal
                ? session.Handshake.PeerId == name.PeerId
                : !session.IsWebSeed && session.Remote.Address.Equals(address);
            if (!isMeant) continue;
            if (isLocal && !session.IsWebSeed) _directory.OnSelf(session.ListensAt);
            Disconnect(session, session.Name == name ? DisconnectReason.BadData : DisconnectReason.Banned);
        }
    }

    private List<PeerName> Senders(PieceIndex piece)
    {
        List<PeerName> senders = [];
        PeerPieces? last = null;
        for (int block = 0; block < _geometry!.BlockCount(piece); block++)
        {
            PeerPieces? sender = _picker!.Contributor(piece, block);
            if (sender is null || sender == last) continue;
            last = sender;
            var name = (PeerName)sender.Tag!;
            if (!senders.Contains(name)) senders.Add(name);
        }
        return senders;
    }

    private static byte[] ToBytes(ReadOnlySpan<Sha256Hash> hashes)
    {
        byte[] bytes = new byte[hashes.Length * Sha256Hash.Length];
        for (int i = 0; i < hashes.Length; i++) hashes[i].CopyTo(bytes.AsSpan(i * Sha256Hash.Length));
        return bytes;
    }

    private sealed class Suspects(PeerPieces?[] senders)
    {
        public PeerPieces?[] Senders => senders;

        public Sha256Hash[]? Hashes { get; set; }

        /// <summary>The number in the file's leaf layer of the piece's first block.</summary>
        public static int FirstLeafOf(Protocol.Merkle.HashForest forest, PieceIndex piece) =>
            forest.TryLeafRequest(piece, 0, out Protocol.Merkle.HashRequest first) ? (int)first.Index : 0;
    }
}
