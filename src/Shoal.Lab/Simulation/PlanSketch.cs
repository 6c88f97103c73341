using Shoal.Protocol;

namespace Shoal.Lab.Simulation;

/// <summary>A swarm in a few numbers, for who does not write a plan of his own.</summary>
public sealed record PlanSketch
{
    // Blocks that all peers together receive: a run of so many takes a minute or so.
    private const double BlocksPerRun = 5e6;

    // What a peer of the fastest class has of the slowest one's line.
    private static readonly (string Name, int Factor)[] Classes = [("slow", 1), ("middling", 10), ("fast", 100)];

    /// <summary>Where all chance begins.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Peers besides the seeds.</summary>
    public int Peers { get; init; } = 100;

    /// <summary>Peers with everything at the start.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Size of what is shared, in bytes.</summary>
    public long ContentBytes { get; init; } = 256 << 20;

    /// <summary>Size of a piece in bytes.</summary>
    public int PieceLength { get; init; } = 1 << 20;

    /// <summary>Bytes that a block stands for; 0, the default, is as few as a run of a minute or so allows.</summary>
    public int BytesPerBlock { get; init; }

    /// <summary>Bytes per second that each peer can send, the seeds too.</summary>
    public long Up { get; init; } = 1_000_000;

    /// <summary>Bytes per second that each peer can receive.</summary>
    public long Down { get; init; } = 1_000_000;

    /// <summary>True for lines of three classes, 1:10:100, a third of the peers each.</summary>
    public bool IsMixed { get; init; }

    /// <summary>Share of the peers that take and never give, 0 to 1.</summary>
    public double FreeRiders { get; init; }

    /// <summary>One-way delay of a peer to the middle of the network.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of segments lost, 0 to 0.5.</summary>
    public double Loss { get; init; }

    /// <summary>Peers join evenly over this time.</summary>
    public TimeSpan JoinOver { get; init; }

    /// <summary>How long a peer stays once it is complete; null for good.</summary>
    public TimeSpan? StaysFor { get; init; }

    /// <summary>Connections of each peer at the most.</summary>
    public int Connections { get; init; } = 50;

    /// <summary>Upload slots; 0 lets the program decide.</summary>
    public int Slots { get; init; }

    /// <summary>True when seeds give each piece away once before they repeat one.</summary>
    public bool SuperSeeds { get; init; }

    /// <summary>When a run that is not over ends.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>True to keep every rule in view, which takes several times as long.</summary>
    public bool IsChecked { get; init; }

    /// <summary>The plan of the sketch.</summary>
    public SimulationPlan ToPlan()
    {
        int riders = (int)Math.Round(Peers * FreeRiders);
        var groups = new List<PeerGroup>
        {
            Line(new PeerGroup { Name = "seeds", Count = Seeds, IsSeed = true, SuperSeeds = SuperSeeds }, 1),
        };
        if (IsMixed)
        {
            int left = Peers - riders;
            for (int i = 0; i < Classes.Length; i++)
            {
                int count = left / (Classes.Length - i);
                left -= count;
                groups.Add(Taker(Classes[i].Name, count, Classes[i].Factor, PeerBehaviour.Honest));
            }
        }
        else
        {
            groups.Add(Taker("peers", Peers - riders, 1, PeerBehaviour.Honest));
        }
        if (riders > 0) groups.Add(Taker("free riders", riders, 1, PeerBehaviour.FreeRider));
        return new SimulationPlan
        {
            Seed = Seed,
            Title = $"A swarm of {Peers + Seeds} peers",
            ContentBytes = ContentBytes,
            PieceLength = PieceLength,
            BytesPerBlock = BytesPerBlock > 0 ? BytesPerBlock : Grain(),
            MaxPeers = Connections,
            Limit = Limit,
            IsChecked = IsChecked,
            Groups = groups,
        };
    }

    // As coarse as it has to be, and never coarser than a quarter of a piece.
    private int Grain()
    {
        int grain = PieceGeometry.BlockLength;
        while (grain * 4 < PieceLength && (double)ContentBytes * Peers / grain > BlocksPerRun) grain *= 2;
        return grain;
    }

    private PeerGroup Taker(string name, int count, int factor, PeerBehaviour behaviour) => Line(
        new PeerGroup { Name = name, Count = count, Behaviour = behaviour, JoinOver = JoinOver, StaysFor = StaysFor },
        factor);

    private PeerGroup Line(PeerGroup group, int factor) => group with
    {
        UpBytesPerSecond = Up * factor,
        DownBytesPerSecond = Down * factor,
        Delay = Delay,
        Loss = Loss,
        UploadSlots = Slots,
    };
}
