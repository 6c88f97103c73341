using System.Net;
using Shoal.Discovery;
using Shoal.Engine.Peers;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;
using Shoal.Swarm.Peers;

namespace Shoal.Lab.Simulation;

/// <summary>
/// A simulated peer: the program's brain, announce schedule and budget around a simulated line and disk. It may go away
/// and come back; what is on its disk then stays, all else begins anew. What the brain asks for is in SimPeer.Port.cs,
/// what travels in SimPeer.Wire.cs.
/// </summary>
internal sealed partial class SimPeer
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    // The program opens files before it knows what is there.
    private static readonly TimeSpan OpenTime = TimeSpan.FromMilliseconds(50);

    private readonly SimWorld _world;
    private readonly List<SimLink> _output = [];
    private InFlightBudget _budget = null!;
    private SimAnnouncer _announcer = null!;
    private SimLink? _joining;
    private int _nextPort;

    public SimPeer(SimWorld world, int number, PeerGroup group, IPEndPoint listensAt, SwarmRandom random)
    {
        _world = world;
        Number = number;
        Group = group;
        ListensAt = listensAt;
        Random = random;
        Delay = group.Delay * (0.5 + random.Next(1000) / 2000.0);
        Line = new SimLine(Network, group.UpBytesPerSecond / world.Scale, group.DownBytesPerSecond / world.Scale);
        Disk = world.NewDisk(this);
        Misconduct = Misconduct.Of(this);
        FedBy = new long[world.PeerCount];
        Network.Attach(this);
    }

    /// <summary>From 0, in the order of the plan.</summary>
    public int Number { get; }

    public PeerGroup Group { get; }

    public IPEndPoint ListensAt { get; }

    public SwarmRandom Random { get; }

    /// <summary>One-way delay to the middle of the network.</summary>
    public TimeSpan Delay { get; }

    public SimLine Line { get; }

    public ISimDisk Disk { get; }

    public SimNetwork Network => _world.Network;

    public PieceGeometry Geometry => _world.Torrent.Geometry;

    /// <summary>What it does to what its brain wants to send; null for the honest.</summary>
    public Misconduct? Misconduct { get; }

    /// <summary>The open connections.</summary>
    public List<SimLink> Links { get; } = [];

    /// <summary>Number of this life: each crash begins another. Events of an earlier one are void.</summary>
    public int Life { get; private set; }

    /// <summary>True while its program runs.</summary>
    public bool IsOnline { get; private set; }

    /// <summary>True once it left for good.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>The brain of this life.</summary>
    public TorrentBrain Brain { get; private set; } = null!;

    /// <summary>What the brain's credit is drawn from.</summary>
    public InFlightBudget Budget => _budget;

    /// <summary>Receive slabs; their number tells of leaks.</summary>
    public LinkBuffers Buffers { get; private set; } = null!;

    /// <summary>When its program first started; null before.</summary>
    public TimeSpan? JoinedAt { get; private set; }

    /// <summary>When it first had everything; zero for one that began so, null while it has not.</summary>
    public TimeSpan? CompletedAt { get; private set; }

    /// <summary>How long its program did not run between joining and having everything, as it had crashed.</summary>
    public TimeSpan TimeAway { get; private set; }

    /// <summary>Block bytes from each other peer, by number.</summary>
    public long[] FedBy { get; }

    /// <summary>Block bytes sent in all lives.</summary>
    public long UploadedBytes => Line.SentBytes;

    /// <summary>Block bytes received in all lives.</summary>
    public long DownloadedBytes { get; private set; }

    /// <summary>Received bytes that were of no use, in all lives.</summary>
    public long WastedBytes => _wastedBefore + (IsOnline ? Brain.WastedBytes : 0);

    /// <summary>Why the disk cannot be used; null while it can.</summary>
    public string? DiskError { get; private set; }

    private long _wastedBefore;
    private TimeSpan? _awaySince;

    private TimeSpan Now => Network.Now;

    /// <summary>Starts the program.</summary>
    public void Start()
    {
        IsOnline = true;
        JoinedAt ??= Now;
        if (_awaySince is { } since) TimeAway += Now - since;
        _awaySince = null;
        var id = new PeerId(System.Text.Encoding.ASCII.GetBytes(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"-SH0100-{Random.NextBits() % 1_000_000:000000}{Number % 1_000_000:000000}")));
        _budget = new InFlightBudget(_world.InFlightBytes);
        Buffers = new LinkBuffers();
        Brain = new TorrentBrain(
            _world.Torrent.Info.Hashes,
            new BrainOptions
            {
                PeerId = id,
                ListenPort = ListensAt.Port,
                OwnAddress = ListensAt.Address,
                MaxPeers = Group.MaxPeers > 0 ? Group.MaxPeers : _world.Plan.MaxPeers,
                UploadSlots = Group.UploadSlots,
                SuperSeed = Group.SuperSeeds,
            },
            this,
            Random.NextBits());
        _announcer = new SimAnnouncer(this, id, _world);
        if (Group.HasMagnetOnly && CompletedAt is null) Do(brain => brain.FetchMetadata());
        else Later(OpenTime, OpenContent);
        Later(OpenTime, _announcer.Start);
        Later(TickInterval * (Random.Next(1000) / 1000.0), Tick);
        if (Network.Log.IsOn) Network.Log.Write($"{Number} starts");
    }

    /// <summary>Ends the program.</summary>
    /// <param name="isCrash">True to say good-bye to nobody.</param>
    public void Stop(bool isCrash)
    {
        if (!IsOnline) return;
        if (Network.Log.IsOn) Network.Log.Write($"{Number} {(isCrash ? "crashes" : "stops")}");
        if (!isCrash)
        {
            Do(brain => brain.Stop());
            _announcer.Stop();
        }
        if (isCrash && CompletedAt is null) _awaySince = Now;
        _wastedBefore += Brain.WastedBytes;
        IsOnline = false;
        Life++;
        foreach (SimLink link in Links.ToArray()) Network.Hangup(link, isCrash);
        Links.Clear();
        _output.Clear();
        Line.Clear();
        _world.Stopped(this);
        Disk.Close(isCrash);
    }

    /// <summary>Ends the program for good.</summary>
    public void Leave()
    {
        HasLeft = true;
        Stop(isCrash: false);
    }

    /// <summary>Plans something that is void when this life is over by then.</summary>
    public void Later(TimeSpan delay, Action happening)
    {
        int life = Life;
        Network.Events.After(delay, () =>
        {
            if (Life == life && IsOnline) happening();
        });
    }

    /// <summary>Runs an event of the brain, then sends what came of it.</summary>
    public void Do(Action<TorrentBrain> happening)
    {
        happening(Brain);
        EndTurn();
    }

    /// <summary>Addresses that the tracker told.</summary>
    public void PeersFound(IReadOnlyList<IPEndPoint> peers) =>
        Do(brain => brain.PeersFound(peers, PeerSources.Tracker, Now));

    /// <summary>A dial could not be made.</summary>
    public void DialFailed(IPEndPoint endPoint) => Do(brain => brain.DialFailed(endPoint, Now));

    /// <summary>A dial was made.</summary>
    public void Dialled(SimLink link, IPEndPoint endPoint) => Do(brain =>
    {
        _joining = link;
        PeerSession? session = brain.Dialled(endPoint, Now);
        _joining = null;
        if (session is not null) return;
        Drop(link);
        brain.DialFailed(endPoint, Now);
    });

    /// <summary>Bytes are on the disk: credit is free again.</summary>
    public void Settled(long bytes) => TellOfCredit(_budget.Settle(bytes));

    /// <summary>A piece was judged.</summary>
    public void PieceChecked(PieceIndex piece, PieceResult result) =>
        Do(brain => brain.PieceChecked(piece, result, Now));

    /// <summary>The blocks of a piece were hashed.</summary>
    public void BlocksHashed(PieceIndex piece, Sha256Hash[] hashes) =>
        Do(brain => brain.BlocksHashed(piece, _world.Seams.Hashes(this, piece, hashes), Now));

    /// <summary>The disk gave up: the program ends the torrent, as it does on a real one.</summary>
    public void DiskFailed(string error)
    {
        if (Network.Log.IsOn) Network.Log.Write($"{Number} ends: {error}");
        DiskError = error;
        Leave();
    }

    private void OpenContent()
    {
        Bitfield? have = Disk.Open(out string? error);
        if (have is null)
        {
            DiskFailed(error!);
            return;
        }
        Shoal.Protocol.Torrents.Metainfo metainfo = _world.Torrent.Metainfo;
        bool knowsLayers = !Group.HasMagnetOnly || CompletedAt is not null;
        HashForest? forest = _world.Forest(knowsLayers ? metainfo.PieceLayers : null);
        Disk.Begin(forest);
        if (Network.Log.IsOn && Disk.Unfinished.Count > 0)
            Network.Log.Write($"{Number} goes on with {Disk.Unfinished.Count} runs of blocks");
        var wanted = new Bitfield(have.Length);
        wanted.SetAll();
        if (Group.IsSeed) CompletedAt ??= TimeSpan.Zero;
        _world.Opened(this, have);
        Do(brain => brain.SetContent(new BrainContent(metainfo.Info, forest, have, wanted, Disk.Unfinished), Now));
    }

    private void Tick()
    {
        if (!Brain.IsIdle) Do(brain => brain.Tick(Now));
        _announcer.Pump();
        Misconduct?.Tick();
        Disk.Tick(Now);
        Later(TickInterval, Tick);
    }
}
