using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Metadata;

/// <summary>
/// Fetches the info dictionary of a magnet link from peers
/// (<see href="https://www.bittorrent.org/beps/bep_0009.html">BEP 9</see>). Peers that claim different sizes feed
/// different assemblies, so that a liar can only spoil its own. When a version that several peers fed has the wrong
/// hash, the next is taken from one peer alone, which then answers for it. Owned by the torrent's brain.
/// </summary>
internal sealed class MetadataDownload
{
    /// <summary>Parts asked of one peer at once.</summary>
    public const int MaxAskedPerPeer = 4;

    /// <summary>Bytes held in all assemblies together: two of the largest.</summary>
    public const long MaxHeldBytes = 2L * MetadataMessage.MaxMetadataBytes;

    /// <summary>Time that a peer has for a part.</summary>
    public static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time after which a part that one peer is asked for may be asked of another that has nothing to do.
    /// </summary>
    public static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(3);

    /// <summary>Time for which a peer that rejected is left alone: it may not have the metadata yet itself.</summary>
    public static readonly TimeSpan RejectPause = TimeSpan.FromSeconds(30);

    // Doubles with every further timeout, up to five minutes.
    private static readonly TimeSpan FirstTimeoutPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastTimeoutPause = TimeSpan.FromMinutes(5);

    private readonly Dictionary<int, MetadataPeer> _peers = [];
    private readonly Dictionary<int, MetadataAssembly> _assemblies = [];
    private readonly List<MetadataAsk> _asks = [];
    private readonly SwarmRandom _random;
    private MetadataAssembly? _checking;

    /// <summary>Makes a download that no peer takes part in yet.</summary>
    /// <param name="random">For the part to begin with.</param>
    public MetadataDownload(SwarmRandom random) => _random = random;

    /// <summary>True while a complete version is out to be checked.</summary>
    public bool IsChecking => _checking is not null;

    /// <summary>Bytes held in all assemblies together.</summary>
    public long HeldBytes
    {
        get
        {
            long held = 0;
            foreach (MetadataAssembly assembly in _assemblies.Values) held += assembly.HeldBytes;
            return held;
        }
    }

    /// <summary>
    /// Parts that are there of the version nearest to complete, and how many it has; both 0 before any.
    /// </summary>
    public (int Received, int Count) Progress
    {
        get
        {
            (int Received, int Count) best = (0, 0);
            foreach (MetadataAssembly assembly in _assemblies.Values)
            {
                int received = 0;
                for (int part = 0; part < assembly.PartCount; part++) received += assembly.Has(part) ? 1 : 0;
                if (best.Count == 0 || (long)received * best.Count > (long)best.Received * assembly.PartCount)
                    best = (received, assembly.PartCount);
            }
            return best;
        }
    }

    /// <summary>
    /// Notes the size that a peer claims in its extension handshake. False when the metadata cannot have it; the peer
    /// is not asked then.
    /// </summary>
    /// <param name="peer">The caller's number for the peer.</param>
    /// <param name="length">The claimed size in bytes.</param>
    public bool OnSize(int peer, long length)
    {
        if (length is < MetadataMessage.MinMetadataBytes or > MetadataMessage.MaxMetadataBytes) return false;
        if (_peers.TryGetValue(peer, out MetadataPeer? known) && known.Length == length) return true;
        bool isExcluded = known?.IsExcluded ?? false;
        OnLeft(peer);
        _peers.Add(peer, new MetadataPeer((int)length) { IsExcluded = isExcluded });
        _assemblies.TryAdd((int)length, new MetadataAssembly((int)length));
        return true;
    }

    /// <summary>Notes that a peer left; what it was asked for can be asked of others.</summary>
    public void OnLeft(int peer)
    {
        if (!_peers.Remove(peer, out MetadataPeer? known)) return;
        for (int i = _asks.Count - 1; i >= 0; i--)
            if (_asks[i].Peer == peer) _asks.RemoveAt(i);
        Abandon(peer, known.Length);
        if (_assemblies.TryGetValue(known.Length, out MetadataAssembly? assembly)) assembly.ForgetSender(peer);
    }

    /// <summary>Decides the next part to ask of a peer, and counts it as asked; false when there is none now.</summary>
    public bool TryAsk(int peer, TimeSpan now, out int part)
    {
        part = 0;
        if (_checking is not null || !_peers.TryGetValue(peer, out MetadataPeer? known)) return false;
        if (known.IsExcluded || now < known.NotBefore || known.AskedCount >= MaxAskedPerPeer) return false;
        MetadataAssembly assembly = _assemblies[known.Length];
        if (assembly.WasWrong) assembly.OnlyFrom ??= peer;
        if (assembly.OnlyFrom is { } only && only != peer) return false;
        part = FindPart(assembly, peer, now);
        if (part < 0) return false;
        _asks.Add(new MetadataAsk(peer, part, now));
        known.AskedCount++;
        return true;
    }

    /// <summary>Takes in a part that a peer sent; also one that comes after its time was up.</summary>
    public MetadataArrival OnData(int peer, int part, ReadOnlySpan<byte> data)
    {
        if (!_peers.TryGetValue(peer, out MetadataPeer? known) || known.IsExcluded) return MetadataArrival.Ignored;
        EndAsk(peer, part, known);
        MetadataAssembly assembly = _assemblies[known.Length];
        if (part < 0 || part >= assembly.PartCount) return MetadataArrival.Ignored;
        if (data.Length != assembly.PartLength(part))
        {
            Exclude(peer, known);
            return MetadataArrival.Malformed;
        }
        bool isForeign = assembly.WasWrong && assembly.OnlyFrom != peer;
        if (assembly == _checking || isForeign || assembly.Has(part)) return MetadataArrival.Ignored;
        known.Timeouts = 0;
        assembly.Put(part, peer, data);
        KeepWithinMemory(assembly);
        if (!assembly.IsComplete || _checking is not null) return MetadataArrival.Accepted;
        _checking = assembly;
        return MetadataArrival.Complete;
    }

    /// <summary>Notes that a peer will not send a part; it is left alone for a while.</summary>
    public void OnReject(int peer, int part, TimeSpan now)
    {
        if (!_peers.TryGetValue(peer, out MetadataPeer? known) || !EndAsk(peer, part, known)) return;
        known.NotBefore = now + RejectPause;
        Abandon(peer, known.Length);
    }

    /// <summary>
    /// Takes back what peers were asked for and did not send in time. To be called about once a second.
    /// </summary>
    public void OnTick(TimeSpan now)
    {
        for (int i = _asks.Count - 1; i >= 0; i--)
        {
            MetadataAsk ask = _asks[i];
            if (now - ask.At < AskTimeout) continue;
            _asks.RemoveAt(i);
            MetadataPeer known = _peers[ask.Peer];
            known.AskedCount--;
            // Several that time out together are one timeout.
            if (known.NotBefore > now) continue;
            TimeSpan pause = FirstTimeoutPause * (1 << Math.Min(known.Timeouts++, 10));
            known.NotBefore = now + (pause < LastTimeoutPause ? pause : LastTimeoutPause);
            Abandon(ask.Peer, known.Length);
        }
    }

    /// <summary>
    /// Gives out a complete version, whose hash the caller then judges by <see cref="OnVerdict"/>. Nothing is asked
    /// for until then. After a bad verdict another version may be complete: call it again.
    /// </summary>
    public bool TryTakeComplete(out byte[] metadata)
    {
        metadata = _checking?.ToArray() ?? [];
        return _checking is not null;
    }

    /// <summary>
    /// Notes whether the version that was given out has the right hash. A wrong one is thrown away.
    /// </summary>
    /// <param name="isGood">True when it has.</param>
    /// <param name="guilty">
    /// The peer that sent all of a wrong version and is asked no more; null when nobody is proven guilty.
    /// </param>
    public void OnVerdict(bool isGood, out int? guilty)
    {
        guilty = null;
        MetadataAssembly? assembly = _checking;
        _checking = null;
        if (assembly is null || isGood) return;
        guilty = assembly.SoleSender();
        assembly.Clear();
        assembly.WasWrong = true;
        assembly.OnlyFrom = null;
        if (guilty is { } peer && _peers.TryGetValue(peer, out MetadataPeer? known)) Exclude(peer, known);
        DropUnclaimed(assembly.Length);
        foreach (MetadataAssembly other in _assemblies.Values)
            if (other.IsComplete) _checking = other;
    }

    private int FindPart(MetadataAssembly assembly, int peer, TimeSpan now)
    {
        int again = -1;
        int start = _random.Next(assembly.PartCount);
        for (int i = 0; i < assembly.PartCount; i++)
        {
            int part = (start + i) % assembly.PartCount;
            if (assembly.Has(part)) continue;
            if (!IsAsked(part, assembly.Length, peer, now, out bool mayAskAgain)) return part;
            if (mayAskAgain) again = part;
        }
        return again;
    }

    private bool IsAsked(int part, int length, int peer, TimeSpan now, out bool mayAskAgain)
    {
        bool isAsked = false;
        mayAskAgain = true;
        foreach (MetadataAsk ask in _asks)
        {
            if (ask.Part != part || _peers[ask.Peer].Length != length) continue;
            isAsked = true;
            mayAskAgain &= ask.Peer != peer && now - ask.At >= AskAgainAfter;
        }
        return isAsked;
    }

    private bool EndAsk(int peer, int part, MetadataPeer known)
    {
        for (int i = 0; i < _asks.Count; i++)
        {
            if (_asks[i].Peer != peer || _asks[i].Part != part) continue;
            _asks.RemoveAt(i);
            known.AskedCount--;
            return true;
        }
        return false;
    }

    private void Exclude(int peer, MetadataPeer known)
    {
        known.IsExcluded = true;
        Abandon(peer, known.Length);
    }

    // When a peer cannot be counted on, the one that answers alone is chosen anew, and what nobody feeds is dropped.
    private void Abandon(int peer, int length)
    {
        if (!_assemblies.TryGetValue(length, out MetadataAssembly? assembly) || assembly == _checking) return;
        if (assembly.OnlyFrom == peer)
        {
            assembly.OnlyFrom = null;
            assembly.Clear();
        }
        if (CountClaims(length) == 0) assembly.Clear();
        DropUnclaimed(length);
    }

    private void DropUnclaimed(int length)
    {
        foreach (MetadataPeer peer in _peers.Values)
            if (peer.Length == length) return;
        _assemblies.Remove(length);
    }

    // Liars pay for the memory that they make us hold; when it is too much, the version goes that fewest peers stand
    // for, and among those the largest.
    private void KeepWithinMemory(MetadataAssembly kept)
    {
        long held = HeldBytes;
        while (held > MaxHeldBytes)
        {
            MetadataAssembly? worst = null;
            int worstClaims = 0;
            foreach (MetadataAssembly assembly in _assemblies.Values)
            {
                if (assembly.HeldBytes == 0 || assembly == kept || assembly == _checking) continue;
                int claims = CountClaims(assembly.Length);
                if (worst is not null
                    && (claims > worstClaims || (claims == worstClaims && assembly.Length < worst.Length))) continue;
                worst = assembly;
                worstClaims = claims;
            }
            if (worst is null) return;
            held -= worst.HeldBytes;
            worst.Clear();
        }
    }

    private int CountClaims(int length)
    {
        int claims = 0;
        foreach (MetadataPeer peer in _peers.Values)
            if (peer.Length == length && !peer.IsExcluded) claims++;
        return claims;
    }
}
