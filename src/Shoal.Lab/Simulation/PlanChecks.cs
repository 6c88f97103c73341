using Shoal.Protocol;

namespace Shoal.Lab.Simulation;

/// <summary>Finds what of a plan makes no sense, before anything is built of it.</summary>
internal static class PlanChecks
{
    // More than this no machine simulates in a day, and the tables by peer would not fit into its memory.
    private const int MaxPeers = 20_000;

    // Beyond half of all segments lost no TCP connection lives.
    private const double MaxLoss = 0.5;

    // Pieces that a torrent can have.
    private const int MaxPieces = 0x200000;

    // Content whose bytes are kept is kept once for each peer, in memory.
    private const long MaxKeptBytes = 1L << 30;

    /// <exception cref="LabException">The plan makes no sense.</exception>
    public static void Check(SimulationPlan plan)
    {
        const int BlockBytes = PieceGeometry.BlockLength;
        Demand(plan.ContentBytes > 0, $"The content must have at least one byte, not {plan.ContentBytes}.");
        Demand(plan.BytesPerBlock >= BlockBytes && plan.BytesPerBlock % BlockBytes == 0,
            $"A block must stand for a multiple of {BlockBytes} bytes, not {plan.BytesPerBlock}.");
        Demand(plan.PieceLength > 0 && plan.PieceLength % plan.BytesPerBlock == 0,
            $"A piece of {plan.PieceLength} bytes is not a whole number of blocks of {plan.BytesPerBlock}.");
        Demand(plan.ContentBytes / plan.PieceLength < MaxPieces,
            $"{plan.ContentBytes} bytes in pieces of {plan.PieceLength} are more than {MaxPieces} pieces.");
        Demand(!plan.KeepsBytes || plan.BytesPerBlock == BlockBytes,
            "Real bytes need blocks that stand for themselves.");
        Demand(plan.SampleInterval > TimeSpan.Zero, "The time between samples must not be zero.");
        Demand(plan.MaxPeers > 0, $"A peer needs at least one connection, not {plan.MaxPeers}.");
        Demand(plan.Groups.Count > 0, "A swarm needs at least one group of peers.");
        long peers = plan.Groups.Sum(group => (long)group.Count);
        Demand(peers is > 0 and <= MaxPeers, $"A swarm has from 1 to {MaxPeers} peers, not {peers}.");
        Demand(!plan.KeepsBytes || plan.ContentBytes * peers <= MaxKeptBytes,
            $"{peers} peers with {plan.ContentBytes} bytes each are too much to keep in memory.");
        Demand(plan.Groups.Any(group => group.IsSeed && group.Count > 0), "No peer has the content at the start.");
        Demand(plan.Groups.Select(group => group.Name).Distinct().Count() == plan.Groups.Count,
            "Two groups have the same name.");
        foreach (PeerGroup group in plan.Groups) Check(group);
    }

    private static void Check(PeerGroup group)
    {
        Demand(group.Count >= 0, $"Group '{group.Name}' has {group.Count} peers.");
        Demand(group.UpBytesPerSecond > 0 && group.DownBytesPerSecond > 0,
            $"The lines of group '{group.Name}' must carry something in both directions.");
        Demand(group.Delay >= TimeSpan.Zero && group.Jitter >= TimeSpan.Zero,
            $"Delay and jitter of group '{group.Name}' must not be negative.");
        Demand(group.Loss is >= 0 and <= MaxLoss,
            $"The loss of group '{group.Name}' must be between 0 and {MaxLoss}, not {group.Loss}.");
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new LabException(otherwise);
    }
}
