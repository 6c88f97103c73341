using System.Net;
using Shoal.Lab.Simulation.Checks;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>
/// A simulated swarm: its peers, their network and tracker, the faults that happen to them, and the rules that are held
/// against them. On one thread, in virtual time.
/// </summary>
internal sealed class SimWorld
{
    private const int BlockBytes = PieceGeometry.BlockLength;

    // So many blocks may be under way even where each stands for many bytes: the shares of many peers are not to be
    // smaller than one block.
    private const int LeastInFlightBlocks = 512;

    private static readonly TimeSpan ExpireInterval = TimeSpan.FromMinutes(1);

    private readonly PeerChecker _checker;
    private readonly List<SimPeer> _peers = [];

    // Peers whose own disks made them ban others, who may be all that could have helped them.
    private readonly HashSet<SimPeer> _misled = [];
    private int _unfinished;

    public SimWorld(SimulationPlan plan, SimSeams seams)
    {
        Plan = plan;
        Seams = seams;
        Scale = (double)plan.BytesPerBlock / BlockBytes;
        Events = new EventQueue();
        Random = new SwarmRandom(plan.Seed);
        Log = new EventLog(Events, plan.IsLogged || plan.IsChecked, plan.IsLogged);
        Network = new SimNetwork(Events, new SwarmRandom(Random.NextBits()), Scale, Log);
        Torrent = SimTorrent.Create(
            plan.Version, (long)Math.Ceiling(plan.ContentBytes / Scale), (int)(plan.PieceLength / Scale),
            plan.KeepsBytes, Random.NextBits());
        Tracker = new SimTracker(plan.PeersPerAnnounce, (int)Random.Next(int.MaxValue));
        foreach (PeerGroup group in plan.Groups) PeerCount += group.Count;
        Availability = new int[Torrent.Geometry.PieceCount];
        _checker = new PeerChecker(Fail);
        if (plan.IsChecked)
            Network.NewChecker = link => IsHonest(link.Owner) ? new WireChecker(link, Fail) : null;
        InFlightBytes =
            Math.Max((long)(new Engine.EngineOptions().InFlightBytes / Scale), LeastInFlightBlocks * BlockBytes);
        foreach (PeerGroup group in plan.Groups) AddGroup(group);
        Recorder = new SimRecorder(this);
    }

    public SimulationPlan Plan { get; }

    public SimSeams Seams { get; }

    /// <summary>Real bytes that a simulated one stands for.</summary>
    public double Scale { get; }

    public EventQueue Events { get; }

    public SwarmRandom Random { get; }

    public EventLog Log { get; }

    public SimNetwork Network { get; }

    public SimTorrent Torrent { get; }

    public SimTracker Tracker { get; }

    public SimRecorder Recorder { get; }

    public int PeerCount { get; }

    /// <summary>Bytes that a peer may have asked for or wait for its disk.</summary>
    public long InFlightBytes { get; }

    public IReadOnlyList<SimPeer> Peers => _peers;

    /// <summary>Number of peers that are online and have each piece.</summary>
    public int[] Availability { get; }

    /// <summary>True once the run is over and only what is under way may still happen.</summary>
    public bool IsOver { get; private set; }

    public int MaxPeersOf(SimPeer peer) => peer.Group.MaxPeers > 0 ? peer.Group.MaxPeers : Plan.MaxPeers;

    /// <summary>Lets everything happen, until all have what they came for or the limit is reached.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        Every(ExpireInterval, () => Tracker.Expire(Events.Now));
        Every(Plan.SampleInterval, Recorder.Sample);
        if (Plan.CutsEvery is { } cuts) new SimFaults(this, Plan.FaultsEnd).Cut(cuts);
        while (_unfinished > 0 && Events.Now < Plan.Limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step();
        }
        Recorder.End();
        if (Plan.IsChecked) CheckEnd(cancellationToken);
    }

    public ISimDisk NewDisk(SimPeer peer) => Plan.KeepsBytes
        ? new StoredDisk(peer, Torrent, peer.Group.IsSeed)
        : new CountedDisk(peer, Torrent.Geometry, peer.Group.IsSeed, peer.Group.Disk.BytesPerSecond / Scale);

    /// <summary>The v2 hashes as a peer knows them at the start; null for a v1 torrent.</summary>
    public HashForest? Forest(IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? layers) =>
        Torrent.Info.Hashes.V2 is null ? null : new HashForest(Torrent.Info, layers);

    public void TurnEnded(SimPeer peer)
    {
        if (Plan.IsChecked) _checker.Check(peer);
    }

    /// <summary>A peer ends a connection, or does not take one.</summary>
    public void Closed(SimPeer peer, SimPeer other, DisconnectReason reason)
    {
        if (reason == DisconnectReason.BadData && peer.Group.Disk.LiesOneIn > 0) _misled.Add(peer);
        // Whose disk lies sees bad pieces where there are none, and blames whoever sent them.
        if (!Plan.IsChecked || !IsHonest(peer) || !IsInnocent(peer) || !IsInnocent(other) || IsHarmless(reason)) return;
        Fail($"{peer.Number} closed the connection to {other.Number}, which did nothing wrong: {reason}");
    }

    public void MetadataReceived(SimPeer peer, ReadOnlySpan<byte> rawInfo)
    {
        if (!rawInfo.SequenceEqual(Torrent.Info.Raw.Span)) Fail($"{peer.Number} got other metadata");
    }

    /// <summary>A peer knows what is on its disk.</summary>
    public void Opened(SimPeer peer, Bitfield have)
    {
        for (int piece = have.NextSet(0); piece >= 0; piece = have.NextSet(piece + 1)) Availability[piece]++;
        if (!Plan.IsChecked || !IsInnocent(peer)) return;
        for (int piece = have.NextSet(0); piece >= 0; piece = have.NextSet(piece + 1))
            if (!peer.Disk.IsTrue(Torrent.Geometry.Piece(piece)))
                Fail($"{peer.Number} believes in piece {piece}, which is wrong on its disk");
    }

    public void PieceCompleted(SimPeer peer, PieceIndex piece)
    {
        Availability[piece.Value]++;
        if (Plan.IsChecked && IsInnocent(peer) && !peer.Disk.IsTrue(piece))
            Fail($"{peer.Number} took a wrong piece {piece} for right");
    }

    public void Completed(SimPeer peer)
    {
        if (IsAwaited(peer)) _unfinished--;
    }

    /// <summary>A peer's program ended.</summary>
    public void Stopped(SimPeer peer)
    {
        Bitfield have = peer.Brain.Have;
        for (int piece = have.NextSet(0); piece >= 0; piece = have.NextSet(piece + 1)) Availability[piece]--;
        if (peer.HasLeft && peer.CompletedAt is null && IsAwaited(peer)) _unfinished--;
    }

    /// <summary>A rule is broken.</summary>
    public void Fail(string rule) => throw new SimulationException(rule, Plan.Seed, Log.Tail);

    private static bool IsHonest(SimPeer peer) => peer.Group.Behaviour == PeerBehaviour.Honest;

    // A peer whose disk lies passes lies on, without wanting to.
    private static bool IsInnocent(SimPeer peer) =>
        peer.Group.Behaviour is PeerBehaviour.Honest or PeerBehaviour.FreeRider && peer.Group.Disk.LiesOneIn == 0;

    // Peers that do harm may never get what they came for, as the others ban them.
    private static bool IsAwaited(SimPeer peer) =>
        !peer.Group.IsSeed && peer.Group.Behaviour is PeerBehaviour.Honest or PeerBehaviour.FreeRider;

    private static bool IsHarmless(DisconnectReason reason) => reason is DisconnectReason.ClosedByPeer
        or DisconnectReason.SocketError or DisconnectReason.ConnectFailed or DisconnectReason.Stopping
        or DisconnectReason.Duplicate or DisconnectReason.BothSeeds or DisconnectReason.TooManyConnections
        or DisconnectReason.Useless or DisconnectReason.HandshakeTimeout or DisconnectReason.Silent;

    private void AddGroup(PeerGroup group)
    {
        var faults = new SimFaults(this, Plan.FaultsEnd);
        for (int i = 0; i < group.Count; i++)
        {
            var random = new SwarmRandom(Random.NextBits());
            var peer = new SimPeer(this, _peers.Count, group, AddressOf(_peers.Count), random);
            _peers.Add(peer);
            if (IsAwaited(peer)) _unfinished++;
            TimeSpan at = group.JoinAfter + group.JoinOver * ((double)i / group.Count);
            Events.After(at, () =>
            {
                if (IsOver) return;
                peer.Start();
                faults.Begin(peer);
            });
        }
    }

    // An odd factor spreads the numbers over the networks, as ranks of addresses and fast sets depend on the network.
    private static IPEndPoint AddressOf(int number)
    {
        uint spread = (uint)(number + 1) * 2_654_435_761u >> 8 & 0xff_ffff;
        return new IPEndPoint(new IPAddress([11, (byte)(spread >> 16), (byte)(spread >> 8), (byte)spread]), 6881);
    }

    private void Every(TimeSpan interval, Action happening) => Events.After(interval, () =>
    {
        if (IsOver) return;
        happening();
        Every(interval, happening);
    });

    private void Step()
    {
        try
        {
            if (!Events.Step()) Fail("nothing happens any more");
        }
        catch (Exception e) when (e is not SimulationException and not OperationCanceledException)
        {
            throw new SimulationException(e.ToString(), Plan.Seed, Log.Tail);
        }
    }

    private void CheckEnd(CancellationToken cancellationToken)
    {
        SimPeer? waiting = _peers.Find(peer =>
            IsAwaited(peer) && peer.CompletedAt is null && !peer.HasLeft && !_misled.Contains(peer));
        if (waiting is not null) Fail($"{waiting.Number} is not complete: {Standing.Of(waiting)}");
        // What is under way settles.
        TimeSpan rest = Events.Now + TimeSpan.FromSeconds(5);
        while (Events.Now < rest && Events.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step();
        }
        IsOver = true;
        foreach (SimPeer peer in _peers)
        {
            if (peer.IsOnline && IsHonest(peer) && peer.Brain.IsComplete && peer.Brain.OutstandingBlocks != 0)
                Fail($"{peer.Number} is complete and asks for {peer.Brain.OutstandingBlocks} blocks");
            if (IsInnocent(peer)) CheckBytes(peer);
        }
        foreach (SimPeer peer in _peers)
        {
            if (!peer.IsOnline) continue;
            peer.Stop(isCrash: false);
            if (IsHonest(peer)) _checker.CheckGone(peer);
        }
        while (Events.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step();
        }
    }

    private void CheckBytes(SimPeer peer)
    {
        // What is on the disk of one that crashed and has not come back, nobody knows before it looks.
        if (!peer.IsOnline && !(peer.HasLeft && peer.CompletedAt is not null && peer.DiskError is null)) return;
        for (int i = 0; i < Torrent.Geometry.PieceCount; i++)
        {
            bool claims = !peer.IsOnline || (i < peer.Brain.Have.Length && peer.Brain.Have[i]);
            if (claims && !peer.Disk.IsTrue(Torrent.Geometry.Piece(i)))
                Fail($"{peer.Number} ends with a wrong piece {i}");
        }
    }
}
