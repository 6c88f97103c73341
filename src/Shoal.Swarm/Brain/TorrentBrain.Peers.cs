using System.Net;
using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Peers;

namespace Shoal.Swarm;

// How connections begin and end.
//
//   we dial:       directory → port.Dial → Dialled → (peer's handshake) Handshaken → Open
//   they dial:     Accept (handshake was read by the shell, to find the torrent) → Open
//   it ends:       LinkLost from below, Disconnect from above; both forget the peer before anybody hears of it
public sealed partial class TorrentBrain
{
    /// <summary>Adds addresses that were found.</summary>
    /// <param name="endPoints">Where peers listen.</param>
    /// <param name="source">Who told of them.</param>
    /// <param name="now">The time.</param>
    /// <param name="origin">
    /// The same for the address policy; a shell that asks it gets it back by <see cref="OriginOf"/>. The default is the
    /// least trusted.
    /// </param>
    public void PeersFound(
        IReadOnlyList<IPEndPoint> endPoints, PeerSources source, TimeSpan now, AddressOrigin origin = default)
    {
        _now = now;
        foreach (IPEndPoint endPoint in endPoints)
            _directory.Add(endPoint, source, PriorityOf(endPoint), now, origin: origin);
        DialMore(now);
    }

    /// <summary>
    /// An address became known at which peers see us: known addresses are ranked anew by it (BEP 40). Each family and
    /// scope has one, which a later call replaces.
    /// </summary>
    public void OwnAddressIs(IPAddress address, TimeSpan now)
    {
        _now = now;
        if (_ownAddresses.Set(address)) _directory.Rank(PriorityOf);
    }

    /// <summary>The handshake with which we dial, for shells that have to send it before the brain does.</summary>
    public Handshake Greeting => OurHandshake(_hashes.Wire);

    /// <summary>Who named an address, for the address policy, which is asked before it is connected to.</summary>
    public AddressOrigin OriginOf(IPEndPoint endPoint) => _directory.OriginOf(endPoint);

    /// <summary>True when a peer was found to refuse encrypted connections.</summary>
    public bool IsPlainOnly(IPEndPoint endPoint) => _directory.IsPlainOnly(endPoint);

    /// <summary>
    /// Notes that a peer refused an encrypted connection and took one in the clear. Forgotten when that fails too.
    /// </summary>
    public void PeerIsPlainOnly(IPEndPoint endPoint) => _directory.SetPlainOnly(endPoint);

    /// <summary>
    /// A connection that <see cref="ISwarmPort.Dial"/> asked for is there; our handshake is in its outbox. Null when it
    /// is not wanted any more: the peer has dialled us meanwhile, or was banned.
    /// </summary>
    /// <param name="endPoint">Where to.</param>
    /// <param name="now">The time.</param>
    /// <param name="isGreeted">
    /// True when the shell has sent <see cref="Greeting"/>. The peer knows of this connection then and may prefer it to
    /// one that it has opened, so it is kept until the ids tell, on both sides alike, which of the two stays.
    /// </param>
    public PeerSession? Dialled(IPEndPoint endPoint, TimeSpan now, bool isGreeted = false)
    {
        _now = now;
        // The address may have been forgotten meanwhile, as that of a peer which a private torrent may not have.
        if (_directory.IsPrivate && !_directory.Knows(endPoint)) return null;
        // Our own address may have come out before this: our handshake went ahead of it.
        if (_stopping || _directory.IsSelf(endPoint)) return null;
        bool isFirst = _directory.OnConnected(endPoint, now);
        if (!isFirst && (!isGreeted || _directory.IsBanned(endPoint.Address))) return null;
        PeerSession session = Add(endPoint, isIncoming: false, now);
        session.IsInDirectory = isFirst;
        session.Phase = SessionPhase.Handshaking;
        if (!isGreeted) Greeting.Write(session.Outbox);
        _port.HasOutput(session);
        return session;
    }

    /// <summary>A connection that <see cref="ISwarmPort.Dial"/> asked for could not be made.</summary>
    public void DialFailed(IPEndPoint endPoint, TimeSpan now)
    {
        _now = now;
        _directory.OnDialFailed(endPoint, now);
        DialMore(now);
    }

    /// <summary>An address that <see cref="ISwarmPort.Dial"/> named may not be connected to: it is forgotten.</summary>
    public void DialRefused(IPEndPoint endPoint, TimeSpan now)
    {
        _now = now;
        _directory.OnDialRefused(endPoint);
        DialMore(now);
    }

    /// <summary>
    /// A peer has dialled us and its handshake names this torrent. Null with the reason when it is not wanted.
    /// </summary>
    public PeerSession? Accept(IPEndPoint remote, Handshake handshake, TimeSpan now, out DisconnectReason reason)
    {
        _now = now;
        reason = ReasonAgainst(remote, handshake);
        if (reason == DisconnectReason.Self) NoteSelf(remote);
        if (reason == DisconnectReason.None && !TakePlaceFor(remote)) reason = DisconnectReason.TooManyConnections;
        if (reason != DisconnectReason.None) return null;
        PeerSession session = Add(remote, isIncoming: true, now);
        // A v2-capable peer that came by the v1 hash is moved over to v2 by our answer (BEP 52, "upgrade path").
        bool upgrade = _hashes is { V1: not null, V2: not null }
            && handshake.Reserved.SupportsV2Upgrade && handshake.InfoHash == _hashes.V1;
        OurHandshake(upgrade ? _hashes.V2!.Value.Truncated : handshake.InfoHash).Write(session.Outbox);
        session.UsesV2Hash = upgrade || handshake.InfoHash == _hashes.V2?.Truncated;
        Open(session, handshake, now);
        if (session.Phase == SessionPhase.Open) return session;
        _port.ReturnPlace();
        reason = DisconnectReason.Duplicate;
        return null;
    }

    /// <summary>The handshake of a peer that we dialled has arrived.</summary>
    public void Handshaken(PeerSession session, Handshake handshake, TimeSpan now)
    {
        _now = now;
        if (session.Phase != SessionPhase.Handshaking) return;
        session.LastReceivedAt = now;
        if (!_hashes.Answers(handshake.InfoHash))
        {
            Disconnect(session, DisconnectReason.UnknownTorrent);
            return;
        }
        session.UsesV2Hash = handshake.InfoHash == _hashes.V2?.Truncated;
        DisconnectReason reason = ReasonAgainst(handshake.PeerId);
        if (reason != DisconnectReason.None)
        {
            Disconnect(session, reason);
            _directory.OnSelf(session.ListensAt);
            return;
        }
        Open(session, handshake, now);
    }

    /// <summary>A connection ended from below.</summary>
    public void LinkLost(PeerSession session, DisconnectReason reason, TimeSpan now)
    {
        _now = now;
        if (session.Phase == SessionPhase.Gone) return;
        bool wasUseful = session.UsefulBytes + session.UploadedBytes > 0;
        Forget(session);
        // Who came with a magnet link may close everything when it has the metadata and begin anew, as Transmission.
        if (session.TookMetadata && !wasUseful) _directory.ExpectBack(session.ListensAt);
        LeaveDirectory(
            session, wasFault: !(wasUseful || session.TookMetadata) || reason == DisconnectReason.SendTimeout);
        _port.Close(session, reason);
        Observer?.Left(session, reason);
        FillAllRequests(now);
        DialMore(now);
    }

    private Handshake OurHandshake(InfoHash infoHash) => new(
        new ReservedBits
        {
            SupportsExtensions = true,
            SupportsFast = true,
            SupportsV2Upgrade = _hashes is { V1: not null, V2: not null },
        },
        infoHash,
        _options.PeerId);

    private DisconnectReason ReasonAgainst(IPEndPoint remote, Handshake handshake)
    {
        if (_stopping) return DisconnectReason.Stopping;
        DisconnectReason reason = ReasonAgainst(handshake.PeerId);
        if (reason != DisconnectReason.None) return reason;
        return _directory.IsBanned(remote.Address) ? DisconnectReason.Banned : DisconnectReason.None;
    }

    private DisconnectReason ReasonAgainst(PeerId theirs)
    {
        if (theirs == _options.PeerId) return DisconnectReason.Self;
        if (_options.FixedSwarm is { } swarm && !swarm.Members.Contains(theirs)) return DisconnectReason.NotAMember;
        return _bannedLocals.Contains(theirs) ? DisconnectReason.Banned : DisconnectReason.None;
    }

    /// <summary>
    /// We have dialled ourselves. The dialling end learns it here, as the accepting end closes without a handshake.
    /// </summary>
    private void NoteSelf(IPEndPoint remote)
    {
        var ours = new IPEndPoint(remote.Address, _options.ListenPort);
        PeerSession? dialled = _sessions.Find(s => s.Phase == SessionPhase.Handshaking && s.Remote.Equals(ours));
        if (dialled is not null) Disconnect(dialled, DisconnectReason.Self);
        _directory.OnSelf(ours);
    }

    private PeerSession Add(IPEndPoint remote, bool isIncoming, TimeSpan now)
    {
        var session = new PeerSession(++_lastSlot, remote, isIncoming, now);
        _sessions.Add(session);
        return session;
    }

    private void Open(PeerSession session, Handshake handshake, TimeSpan now)
    {
        session.Handshake = handshake;
        session.Client = session.IsWebSeed ? WebSeedName : ClientName.Of(handshake.PeerId);
        if (!SettleDuplicate(session, handshake.PeerId)) return;
        session.Phase = SessionPhase.Open;
        if (_picker is not null) session.Pieces = Join(session);
        SendExtensionHandshake(session);
        SendFirstPieces(session);
        if (session.IsInDirectory) _directory.OnGreeted(session.ListensAt);
        _port.HasOutput(session);
        _port.PeerJoined(session);
        Observer?.Joined(session);
        AskForMetadata(session, now);
    }

    /// <summary>
    /// Of two connections to the same peer one survives, by rules that both sides apply alike: the one over IPv4 before
    /// one over IPv6; of two with the same address the one dialled by the side with the larger peer id. Otherwise the
    /// older stays, so that a stranger who took over a peer's id cannot push it out. False when this one has to go.
    /// </summary>
    private bool SettleDuplicate(PeerSession session, PeerId theirs)
    {
        PeerSession? twin = _sessions.Find(s =>
            s != session && s.Phase == SessionPhase.Open && s.Handshake.PeerId == theirs);
        if (twin is null) return true;
        bool weDial = Compare(_options.PeerId, theirs) > 0;
        bool sameAddress = twin.Remote.Address.Equals(session.Remote.Address);
        bool sameFamily = twin.Remote.AddressFamily == session.Remote.AddressFamily;
        bool keepThis = sameFamily
            ? sameAddress && session.IsIncoming != twin.IsIncoming && session.IsIncoming == !weDial
            : session.Remote.AddressFamily == AddressFamily.InterNetwork;
        Disconnect(keepThis ? twin : session, DisconnectReason.Duplicate);
        return keepThis;
    }

    private static int Compare(PeerId one, PeerId other)
    {
        Span<byte> bytes = stackalloc byte[2 * PeerId.Length];
        one.CopyTo(bytes);
        other.CopyTo(bytes[PeerId.Length..]);
        return bytes[..PeerId.Length].SequenceCompareTo(bytes[PeerId.Length..]);
    }

    /// <summary>The metadata says that only trackers may name peers (BEP 27); others that we dialled go.</summary>
    private void BecomePrivate()
    {
        List<IPEndPoint> left = [];
        _directory.BecomePrivate(left);
        foreach (PeerSession session in _sessions.ToArray())
            if (session.IsInDirectory && left.Contains(session.ListensAt))
                Disconnect(session, DisconnectReason.PrivateTorrent);
    }

    private void Disconnect(PeerSession session, DisconnectReason reason)
    {
        if (session.Phase == SessionPhase.Gone) return;
        Forget(session);
        bool wasOurChoice = reason is DisconnectReason.Stopping or DisconnectReason.BothSeeds
            or DisconnectReason.Duplicate or DisconnectReason.TooManyConnections;
        LeaveDirectory(session, wasFault: !wasOurChoice);
        _port.Close(session, reason);
        Observer?.Left(session, reason);
    }

    /// <summary>
    /// Tells the directory that a connection is over, unless another to the same address stands: that one is the
    /// directory's then.
    /// </summary>
    private void LeaveDirectory(PeerSession session, bool wasFault)
    {
        if (!session.IsInDirectory) return;
        session.IsInDirectory = false;
        PeerSession? heir = _sessions.Find(s => !s.IsInDirectory && s.ListensAt.Equals(session.ListensAt));
        if (heir is not null) heir.IsInDirectory = true;
        else _directory.OnDisconnected(session.ListensAt, _now, wasFault);
    }

    /// <summary>
    /// Notes where a peer that dialled us listens, so that it is not dialled as well. False when there is a connection
    /// to that address already, which then is the same peer under another id. While we await a handshake from that
    /// address nothing is decided: when it comes, the ids tell which of the two connections stays, on both sides alike.
    /// </summary>
    private bool TakeListenPort(PeerSession session, int port)
    {
        if (session.IsInDirectory || !session.IsIncoming) return true;
        var endPoint = new IPEndPoint(session.Remote.Address, port);
        AddressOrigin itself = AddressOrigin.Peer(session.Remote.Address.Scope());
        _directory.Add(endPoint, PeerSources.Incoming, PriorityOf(endPoint), _now, origin: itself);
        session.ListensAt = endPoint;
        session.IsInDirectory = _directory.OnConnected(endPoint, _now);
        if (session.IsInDirectory)
        {
            _directory.OnGreeted(endPoint);
            _directory.SetUploadOnly(endPoint, session.NeedsNothing);
            return true;
        }
        return _sessions.Exists(s => s.Phase == SessionPhase.Handshaking && s.ListensAt.Equals(endPoint));
    }

    /// <summary>Rank among addresses that neither side can choose to its liking (BEP 40).</summary>
    private uint PriorityOf(IPEndPoint endPoint) =>
        _ownAddresses.SeenBy(endPoint.Address) is { } own
            ? CanonicalPriority.Of(new IPEndPoint(own, _options.ListenPort), endPoint)
            : 0;

    private void Forget(PeerSession session)
    {
        session.Phase = SessionPhase.Gone;
        _sessions.Remove(session);
        DropPending(session);
        if (session.Pieces is not null) _picker!.Leave(session.Pieces);
        session.Uploads.Clear();
        TakeOffersBack(session);
        _metadata?.OnLeft(session.Slot);
        _metadataServer.OnLeft(session.Slot);
        ForgetHashRequests(session);
    }

    private void DialMore(TimeSpan now)
    {
        if (_stopping) return;
        _lacksPlace = false;
        while ((!IsFull || _replacements > 0) && _sessions.Count + _directory.DiallingCount < _options.MaxPeers
            && _directory.TryNextToDial(now, out IPEndPoint endPoint))
        {
            if (!_port.TakePlace(isDial: true))
            {
                _directory.OnNotDialled(endPoint);
                _lacksPlace = true;
                return;
            }
            if (_replacements > 0) _replacements--;
            _port.Dial(endPoint);
        }
    }
}
