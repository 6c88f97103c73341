using System.Net;
using Shoal.Protocol.Addresses;

namespace Shoal.Swarm.Peers;

/// <summary>
/// The addresses of one torrent's peers: who is connected, who is worth a dial and when, and who is banned. Knows
/// where peers listen; an incoming connection is known here once the peer has said its port. Owned by the torrent's
/// brain.
/// </summary>
internal sealed class PeerDirectory
{
    /// <summary>Addresses kept; libtorrent's max_peerlist_size.</summary>
    public const int DefaultCapacity = 3000;

    /// <summary>
    /// Ports kept of one global IP address: enough for those who share it, too few to make us a port scanner. The
    /// addresses of this machine and site are exempt, as whole swarms run there on one of them.
    /// </summary>
    public const int MaxPortsPerAddress = 8;

    /// <summary>
    /// IP addresses that can be banned at once; after that the oldest ban ends. Each costs an attacker a connection
    /// and bad pieces.
    /// </summary>
    public const int MaxBans = 10_000;

    // Looked at to find one to give way: the worst of 24 by lot is among the worst tenth nine times in ten.
    private const int EvictionSample = 24;

    // Found in one walk over the list and then handed out one by one, so that one dial in 32 looks at all addresses.
    private const int CandidateCount = 32;

    // A rank among sources and no more: strangers are 0, an earlier run 1, who was met in person one above this.
    private const int TrustOfTracker = 2;

    // Twice as long each time, from the time in which a program is started again up to that in which a machine is. A
    // peer that the user named is awaited by him, so it is called as often as a call costs nobody anything.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan LastRetryOfUser = TimeSpan.FromSeconds(30);

    // Who left without a fault may be back soon, as after a lost line; the pause keeps two from calling in turns.
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(5);

    // A peer that begins anew is ready again by then.
    private static readonly TimeSpan QuickReconnect = TimeSpan.FromSeconds(1);

    // Ranks change when failures end and addresses come, so what was found is not believed for longer.
    private static readonly TimeSpan CandidateAge = TimeSpan.FromSeconds(5);

    private readonly int _capacity;
    private readonly SwarmRandom _random;
    private readonly Dictionary<IPEndPoint, KnownPeer> _byEndPoint = [];
    private readonly List<KnownPeer> _peers = [];
    private readonly Dictionary<IPAddress, int> _ports = [];
    private readonly BanList<IPAddress> _banned = new(MaxBans);
    private readonly List<KnownPeer> _candidates = [];
    private TimeSpan _candidatesFrom;
    private TimeSpan _nothingBefore = TimeSpan.Zero;
    private bool _isUploadOnly;

    /// <summary>Makes an empty directory.</summary>
    /// <param name="random">For evictions.</param>
    /// <param name="capacity">Most addresses kept.</param>
    public PeerDirectory(SwarmRandom random, int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _random = random;
        _capacity = capacity;
    }

    /// <summary>All known addresses, in no order.</summary>
    public IReadOnlyList<KnownPeer> Peers => _peers;

    /// <summary>The banned IP addresses, in no order.</summary>
    public IReadOnlyCollection<IPAddress> Banned => _banned.Items;

    /// <summary>Number of addresses that are handed out to be dialled and not heard of since.</summary>
    public int DiallingCount { get; private set; }

    /// <summary>Number of known addresses that are connected.</summary>
    public int ConnectedCount { get; private set; }

    /// <summary>
    /// Time after which an address that failed or left is dialled again, every time the same; null waits longer each
    /// time.
    /// </summary>
    public TimeSpan? SteadyRetry { get; init; }

    /// <summary>True when we need nothing any more: peers that need nothing either are not dialled then.</summary>
    public bool IsUploadOnly
    {
        get => _isUploadOnly;
        set
        {
            _isUploadOnly = value;
            LookAgain();
        }
    }

    /// <summary>True for a private torrent: addresses come from its trackers and the user alone (BEP 27).</summary>
    public bool IsPrivate { get; private set; }

    /// <summary>Notes an address that somebody told of.</summary>
    /// <param name="endPoint">Where the peer listens.</param>
    /// <param name="source">Who told.</param>
    /// <param name="priority">Canonical priority (BEP 40) of a connection between it and us; 0 when unknown.</param>
    /// <param name="now">The time.</param>
    /// <param name="isUploadOnly">True when the source says that the peer needs nothing.</param>
    /// <param name="origin">The source as the address policy knows it; the default is the least trusted one.</param>
    public AddOutcome Add(
        IPEndPoint endPoint,
        PeerSources source,
        uint priority,
        TimeSpan now,
        bool isUploadOnly = false,
        AddressOrigin origin = default)
    {
        endPoint = endPoint.Normalised();
        if (IsPrivate && IsOnlyFromStrangers(source)) return AddOutcome.Private;
        if (endPoint.Port == 0 || endPoint.Address.Scope() == AddressScope.Unusable) return AddOutcome.Unusable;
        if (_banned.Contains(endPoint.Address)) return AddOutcome.Banned;
        if (_byEndPoint.TryGetValue(endPoint, out KnownPeer? known))
        {
            // Who still hears of a peer that we cannot reach makes another try worth while. Strangers do not count:
            // they could have us knock at an address for ever.
            if (known.Failures > 1 && Trust(source) >= TrustOfTracker) known.Failures--;
            known.Sources |= source;
            known.IsUploadOnly |= isUploadOnly;
            known.LastSeen = now;
            if (!AddressPolicy.Allows(known.Origin, AddressUse.Peer, endPoint, out _)) known.Origin = origin;
            if (priority != 0) known.Priority = priority;
            return AddOutcome.Known;
        }
        if (!HasRoom(endPoint.Address, source, now)) return AddOutcome.NoRoom;
        Insert(new KnownPeer(endPoint, priority)
        {
            Sources = source, Origin = origin, IsUploadOnly = isUploadOnly, LastSeen = now, NotBefore = now,
        });
        LookAgain();
        return AddOutcome.Added;
    }

    /// <summary>
    /// Hands out the best address to dial now; the caller reports <see cref="OnConnected"/> or
    /// <see cref="OnDialFailed"/>. Best is who failed least, was named by the user, and has the highest canonical
    /// priority.
    /// </summary>
    public bool TryNextToDial(TimeSpan now, out IPEndPoint endPoint)
    {
        endPoint = null!;
        if (_candidates.Count == 0 || now - _candidatesFrom > CandidateAge)
        {
            if (now < _nothingBefore) return false;
            FindCandidates(now);
        }
        while (_candidates.Count > 0)
        {
            KnownPeer peer = _candidates[^1];
            _candidates.RemoveAt(_candidates.Count - 1);
            if (!MayDial(peer, now)) continue;
            peer.State = PeerAddressState.Dialling;
            DiallingCount++;
            endPoint = peer.EndPoint;
            return true;
        }
        return false;
    }

    /// <summary>
    /// Notes that a connection to an address stands, whoever opened it. False when there was one already, or the
    /// address is banned: the new connection is to be closed, and no close reported. An unknown address is taken in.
    /// </summary>
    public bool OnConnected(IPEndPoint endPoint, TimeSpan now)
    {
        endPoint = endPoint.Normalised();
        if (_banned.Contains(endPoint.Address)) return false;
        if (!_byEndPoint.TryGetValue(endPoint, out KnownPeer? peer))
        {
            AddressOrigin itself = AddressOrigin.Peer(endPoint.Address.Scope());
            if (Add(endPoint, PeerSources.Incoming, 0, now, origin: itself) != AddOutcome.Added) return true;
            peer = _byEndPoint[endPoint];
        }
        if (peer.State == PeerAddressState.Connected) return false;
        SetState(peer, PeerAddressState.Connected);
        peer.LastSeen = now;
        return true;
    }

    /// <summary>
    /// Notes that a peer finished its handshake. Only that makes up for earlier failures: who takes connections and
    /// closes them is no peer.
    /// </summary>
    public void OnGreeted(IPEndPoint endPoint)
    {
        if (TryGet(endPoint, out KnownPeer peer)) peer.Failures = 0;
    }

    /// <summary>Notes that a dial or its handshake failed: the address waits, twice as long each time.</summary>
    public void OnDialFailed(IPEndPoint endPoint, TimeSpan now)
    {
        if (!TryGet(endPoint, out KnownPeer peer) || peer.State != PeerAddressState.Dialling) return;
        SetState(peer, PeerAddressState.Idle);
        // It may have changed its mind, or never have been the reason.
        peer.IsPlainOnly = false;
        peer.Failures++;
        TimeSpan last = peer.Sources.HasFlag(PeerSources.User) ? LastRetryOfUser : LastRetry;
        TimeSpan wait = FirstRetry * Math.Pow(2, Math.Min(peer.Failures - 1, 20));
        Wait(peer, now, SteadyRetry ?? (wait < last ? wait : last));
    }

    /// <summary>Notes that a connection was closed.</summary>
    /// <param name="endPoint">Where the peer listens.</param>
    /// <param name="now">The time.</param>
    /// <param name="wasFault">True when the peer broke the rules or was of no use: it waits as after a failure.</param>
    public void OnDisconnected(IPEndPoint endPoint, TimeSpan now, bool wasFault = false)
    {
        if (!TryGet(endPoint, out KnownPeer peer) || peer.State != PeerAddressState.Connected) return;
        peer.LastSeen = now;
        if (wasFault)
        {
            SetState(peer, PeerAddressState.Dialling);
            OnDialFailed(endPoint, now);
            return;
        }
        SetState(peer, PeerAddressState.Idle);
        bool isQuick = peer.IsExpectedBack && !peer.WasExpectedBack;
        peer.WasExpectedBack |= peer.IsExpectedBack;
        peer.IsExpectedBack = false;
        Wait(peer, now, SteadyRetry ?? (isQuick ? QuickReconnect : Reconnect));
    }

    /// <summary>
    /// Notes that a peer will be back as soon as the connection that it has is closed: it is dialled a moment after,
    /// once and never again, so that nobody can have us dial an address all the time.
    /// </summary>
    public void ExpectBack(IPEndPoint endPoint)
    {
        if (TryGet(endPoint, out KnownPeer peer)) peer.IsExpectedBack = true;
    }

    /// <summary>
    /// Notes that an address turned out to be our own: it is kept, so as to be known, and never dialled.
    /// </summary>
    public void OnSelf(IPEndPoint endPoint)
    {
        if (!TryGet(endPoint, out KnownPeer peer)) return;
        SetState(peer, PeerAddressState.Idle);
        peer.NotBefore = TimeSpan.MaxValue;
    }

    /// <summary>True when an address is known to be our own.</summary>
    public bool IsSelf(IPEndPoint endPoint) =>
        TryGet(endPoint, out KnownPeer peer) && peer.NotBefore == TimeSpan.MaxValue;

    /// <summary>Notes whether a peer needs anything.</summary>
    public void SetUploadOnly(IPEndPoint endPoint, bool isUploadOnly)
    {
        if (!TryGet(endPoint, out KnownPeer peer)) return;
        peer.IsUploadOnly = isUploadOnly;
        LookAgain();
    }

    /// <summary>True when an address was found to take connections in the clear only.</summary>
    public bool IsPlainOnly(IPEndPoint endPoint) => TryGet(endPoint, out KnownPeer peer) && peer.IsPlainOnly;

    /// <summary>Notes that an address takes connections in the clear only. A failure to connect ends it.</summary>
    public void SetPlainOnly(IPEndPoint endPoint)
    {
        if (TryGet(endPoint, out KnownPeer peer)) peer.IsPlainOnly = true;
    }

    /// <summary>Gives every address the canonical priority that it has now.</summary>
    public void Rank(Func<IPEndPoint, uint> priorityOf)
    {
        foreach (KnownPeer peer in _peers) peer.Priority = priorityOf(peer.EndPoint);
        LookAgain();
    }

    /// <summary>True when no peer may connect from an IP address.</summary>
    public bool IsBanned(IPAddress address) => _banned.Contains(address.Normalised());

    /// <summary>Bans an IP address with all its ports. Connections that stand are the caller's to close.</summary>
    public void Ban(IPAddress address)
    {
        address = address.Normalised();
        if (!_banned.Add(address)) return;
        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            KnownPeer peer = _peers[i];
            if (!peer.EndPoint.Address.Equals(address)) continue;
            SetState(peer, PeerAddressState.Banned);
            Remove(peer);
        }
    }

    /// <summary>
    /// Number of addresses, at most so many, that could be dialled now and have not failed since they last answered.
    /// </summary>
    public int CountUntried(TimeSpan now, int atMost)
    {
        int count = 0;
        for (int i = 0; i < _peers.Count && count < atMost; i++)
            if (_peers[i].Failures == 0 && MayDial(_peers[i], now)) count++;
        return count;
    }

    /// <summary>True for an address that the user named.</summary>
    public bool IsNamedByUser(IPEndPoint endPoint) =>
        TryGet(endPoint, out KnownPeer peer) && peer.Sources.HasFlag(PeerSources.User);

    /// <summary>Who named an address, for the address policy; the least trusted for one that is not kept.</summary>
    public AddressOrigin OriginOf(IPEndPoint endPoint) => TryGet(endPoint, out KnownPeer peer) ? peer.Origin : default;

    /// <summary>Takes back an address that was handed out and not dialled: it is the next again.</summary>
    public void OnNotDialled(IPEndPoint endPoint)
    {
        if (!TryGet(endPoint, out KnownPeer peer) || peer.State != PeerAddressState.Dialling) return;
        SetState(peer, PeerAddressState.Idle);
        _candidates.Add(peer);
    }

    /// <summary>Forgets an address that was handed out to be dialled and may not be.</summary>
    public void OnDialRefused(IPEndPoint endPoint)
    {
        if (!TryGet(endPoint, out KnownPeer peer) || peer.State != PeerAddressState.Dialling) return;
        SetState(peer, PeerAddressState.Idle);
        Remove(peer);
    }

    /// <summary>True while an address is kept.</summary>
    public bool Knows(IPEndPoint endPoint) => TryGet(endPoint, out _);

    /// <summary>
    /// Forgets what a private torrent may not use: addresses that only other peers, the DHT, local discovery or a
    /// magnet link told.
    /// Connections to them are the caller's to close.
    /// </summary>
    /// <param name="connected">Takes those that are connected.</param>
    public void BecomePrivate(ICollection<IPEndPoint> connected)
    {
        IsPrivate = true;
        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            KnownPeer peer = _peers[i];
            if (!IsOnlyFromStrangers(peer.Sources)) continue;
            if (peer.State == PeerAddressState.Connected) connected.Add(peer.EndPoint);
            SetState(peer, PeerAddressState.Idle);
            Remove(peer);
        }
    }

    private static bool IsOnlyFromStrangers(PeerSources sources)
    {
        const PeerSources strangers =
            PeerSources.PeerExchange | PeerSources.Dht | PeerSources.LocalDiscovery | PeerSources.Link;
        return (sources & ~strangers) == PeerSources.None;
    }

    private bool TryGet(IPEndPoint endPoint, out KnownPeer peer) =>
        _byEndPoint.TryGetValue(endPoint.Normalised(), out peer!);

    private bool MayDial(KnownPeer peer, TimeSpan now) =>
        peer.State == PeerAddressState.Idle && now >= peer.NotBefore && !(IsUploadOnly && peer.IsUploadOnly);

    private void Wait(KnownPeer peer, TimeSpan now, TimeSpan wait)
    {
        peer.NotBefore = now + wait;
        if (peer.NotBefore < _nothingBefore) _nothingBefore = peer.NotBefore;
    }

    // What was found before, or the finding that there is nothing, no longer holds.
    private void LookAgain()
    {
        _candidates.Clear();
        _nothingBefore = TimeSpan.Zero;
    }

    private void FindCandidates(TimeSpan now)
    {
        _candidates.Clear();
        _candidatesFrom = now;
        _nothingBefore = TimeSpan.MaxValue;
        foreach (KnownPeer peer in _peers)
        {
            if (peer.State != PeerAddressState.Idle || (IsUploadOnly && peer.IsUploadOnly)) continue;
            if (now >= peer.NotBefore) Offer(peer);
            else if (peer.NotBefore < _nothingBefore) _nothingBefore = peer.NotBefore;
        }
        // While some are left over, the next walk must not wait.
        if (_candidates.Count > 0) _nothingBefore = now;
    }

    // Keeps the best so far, worst first, as they are taken from the end.
    private void Offer(KnownPeer peer)
    {
        int place = _candidates.Count;
        while (place > 0 && CompareForDial(_candidates[place - 1], peer) > 0) place--;
        if (_candidates.Count == CandidateCount)
        {
            if (place == 0) return;
            _candidates.RemoveAt(0);
            place--;
        }
        _candidates.Insert(place, peer);
    }

    private static int CompareForDial(KnownPeer left, KnownPeer right)
    {
        if (left.Failures != right.Failures) return right.Failures.CompareTo(left.Failures);
        bool leftIsUsers = left.Sources.HasFlag(PeerSources.User);
        bool rightIsUsers = right.Sources.HasFlag(PeerSources.User);
        if (leftIsUsers != rightIsUsers) return leftIsUsers.CompareTo(rightIsUsers);
        return left.Priority.CompareTo(right.Priority);
    }

    private bool HasRoom(IPAddress address, PeerSources source, TimeSpan now)
    {
        bool isUsers = source.HasFlag(PeerSources.User);
        int ports = _ports.GetValueOrDefault(address);
        if (!isUsers && ports >= MaxPortsPerAddress && address.Scope() == AddressScope.Global) return false;
        if (_peers.Count < _capacity) return true;
        KnownPeer? worst = null;
        int worstScore = isUsers ? int.MinValue : Trust(source) * -2;
        for (int i = 0; i < EvictionSample; i++)
        {
            KnownPeer peer = _peers[_random.Next(_peers.Count)];
            if (peer.State != PeerAddressState.Idle || peer.Sources.HasFlag(PeerSources.User)) continue;
            int score = EvictionScore(peer, now);
            if (score < worstScore || (worst is not null && score == worstScore)) continue;
            worst = peer;
            worstScore = score;
        }
        if (worst is null) return false;
        Remove(worst);
        return true;
    }

    // Who fails and has not been heard of gives way first. A source can only push out what is trusted no more than it
    // is, so a flood of addresses from one stranger does not displace what trackers said.
    private static int EvictionScore(KnownPeer peer, TimeSpan now)
    {
        int hours = (int)Math.Clamp((now - peer.LastSeen).TotalHours, 0, 4);
        return peer.Failures * 3 + hours - 2 * Trust(peer.Sources);
    }

    private static int Trust(PeerSources sources)
    {
        if ((sources & (PeerSources.LocalDiscovery | PeerSources.Incoming)) != 0) return TrustOfTracker + 1;
        if (sources.HasFlag(PeerSources.Tracker)) return TrustOfTracker;
        return sources.HasFlag(PeerSources.Resume) ? 1 : 0;
    }

    private void Insert(KnownPeer peer)
    {
        peer.Index = _peers.Count;
        _peers.Add(peer);
        _byEndPoint.Add(peer.EndPoint, peer);
        IPAddress address = peer.EndPoint.Address;
        _ports[address] = _ports.GetValueOrDefault(address) + 1;
    }

    private void Remove(KnownPeer peer)
    {
        KnownPeer last = _peers[^1];
        _peers[peer.Index] = last;
        last.Index = peer.Index;
        _peers.RemoveAt(_peers.Count - 1);
        _byEndPoint.Remove(peer.EndPoint);
        _candidates.Remove(peer);
        IPAddress address = peer.EndPoint.Address;
        int ports = _ports[address] - 1;
        if (ports == 0) _ports.Remove(address);
        else _ports[address] = ports;
    }

    private void SetState(KnownPeer peer, PeerAddressState state)
    {
        if (peer.State == PeerAddressState.Dialling) DiallingCount--;
        if (peer.State == PeerAddressState.Connected) ConnectedCount--;
        peer.State = state;
        if (state == PeerAddressState.Dialling) DiallingCount++;
        if (state == PeerAddressState.Connected) ConnectedCount++;
    }
}
