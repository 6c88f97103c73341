using Shoal.Protocol.Torrents;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>What a simulated swarm is made of. The same plan and seed give the same run, event for event.</summary>
internal sealed record SwarmPlan
{
    public required ulong Seed { get; init; }

    public TorrentVersion Version { get; init; } = TorrentVersion.V1;

    /// <summary>Bytes of content.</summary>
    public int Length { get; init; } = 600_000;

    public int PieceLength { get; init; } = 32 * 1024;

    /// <summary>Nodes that have everything at the start, number 0 to this.</summary>
    public int Seeders { get; init; } = 1;

    /// <summary>Nodes that have nothing at the start; they follow the seeders.</summary>
    public int Downloaders { get; init; } = 3;

    /// <summary>True to begin with a magnet link, not knowing the content.</summary>
    public bool Magnet { get; init; }

    /// <summary>Node that has everything and spoils one in <see cref="SpoilOneIn"/> blocks; -1 for none.</summary>
    public int Liar { get; init; } = -1;

    public int SpoilOneIn { get; init; } = 3;

    /// <summary>True when all nodes have the same loopback address and differ in their port only.</summary>
    public bool OneMachine { get; init; }

    /// <summary>Longest time that bytes travel; each connection draws its own.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>Bytes of blocks that each node can send in a second, to all peers together.</summary>
    public int UpBytesPerSecond { get; init; } = 100_000;

    /// <summary>Time between nodes that send no block for half a minute, on average; zero for none.</summary>
    public TimeSpan StallEvery { get; init; }

    /// <summary>Time between connections that break, on average; zero for none. It ends after a minute.</summary>
    public TimeSpan BreakEvery { get; init; }

    /// <summary>Blocks for which each node has credit.</summary>
    public int Credit { get; init; } = 200;

    public int UploadSlots { get; init; } = 4;

    /// <summary>When a run that is not over counts as stuck.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(20);
}
