namespace Shoal.Lab.Simulation;

/// <summary>Peers that are alike in a simulated swarm.</summary>
public sealed record PeerGroup
{
    /// <summary>What the report calls them.</summary>
    public required string Name { get; init; }

    /// <summary>How many there are.</summary>
    public required int Count { get; init; }

    /// <summary>True when they have everything at the start.</summary>
    public bool IsSeed { get; init; }

    /// <summary>What they are like; honest by default.</summary>
    public PeerBehaviour Behaviour { get; init; }

    /// <summary>Bytes per second that one can send. The default is 1 MB/s.</summary>
    public long UpBytesPerSecond { get; init; } = 1_000_000;

    /// <summary>Bytes per second that one can receive. The default is 1 MB/s.</summary>
    public long DownBytesPerSecond { get; init; } = 1_000_000;

    /// <summary>
    /// One-way delay between a peer and the middle of the network, so that two peers are the sum of both apart. Each
    /// draws its own between half of this and this.
    /// </summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Longest further delay that a packet may meet, drawn for each; packets stay in order.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// Share of segments that the network loses, 0 to 0.5. A lost one costs a retransmission, and a connection holds no
    /// more in flight than TCP would at that loss.
    /// </summary>
    public double Loss { get; init; }

    /// <summary>Who can dial them.</summary>
    public Reachability Reachability { get; init; }

    /// <summary>They join evenly spread over this time; zero, the default, is all at once.</summary>
    public TimeSpan JoinOver { get; init; }

    /// <summary>They join no earlier than this.</summary>
    public TimeSpan JoinAfter { get; init; }

    /// <summary>
    /// How long a peer stays once it has everything; null, the default, is for good. The time is drawn between half and
    /// one and a half of this.
    /// </summary>
    public TimeSpan? StaysFor { get; init; }

    /// <summary>Mean time until a peer's program is killed; null, the default, is never.</summary>
    public TimeSpan? CrashesEvery { get; init; }

    /// <summary>How long a peer that crashed is away.</summary>
    public TimeSpan AwayFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Mean time until a peer that is not complete leaves for good; null, the default, is never.</summary>
    public TimeSpan? GivesUpAfter { get; init; }

    /// <summary>Their disks.</summary>
    public DiskFaults Disk { get; init; } = new();

    /// <summary>True when they begin with a magnet link and get the metadata from peers.</summary>
    public bool HasMagnetOnly { get; init; }

    /// <summary>Upload slots; 0, the default, lets the program decide.</summary>
    public int UploadSlots { get; init; }

    /// <summary>True when complete ones give each piece away once before they repeat one (BEP 16).</summary>
    public bool SuperSeeds { get; init; }

    /// <summary>Connections at the most; 0, the default, takes the plan's.</summary>
    public int MaxPeers { get; init; }
}
