namespace Shoal.Lab.Simulation;

/// <summary>What came of a simulation.</summary>
public sealed record SimulationResult
{
    /// <summary>What was run.</summary>
    public required SimulationPlan Plan { get; init; }

    /// <summary>Every peer, by number.</summary>
    public required IReadOnlyList<SimulatedPeer> Peers { get; init; }

    /// <summary>Virtual seconds until the last awaited peer was complete, or the limit.</summary>
    public required double Seconds { get; init; }

    /// <summary>True when every peer that could be complete was so in time.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Events that happened.</summary>
    public required long Events { get; init; }

    /// <summary>Announces that the tracker answered.</summary>
    public required long Announces { get; init; }

    /// <summary>Number of pieces.</summary>
    public required int PieceCount { get; init; }

    /// <summary>The swarm at even intervals.</summary>
    public required IReadOnlyList<SimulationSample> Samples { get; init; }

    /// <summary>The peers whose progress the samples hold, by number.</summary>
    public required IReadOnlyList<int> Tracked { get; init; }

    /// <summary>
    /// Bytes that one gave another, [giver, taker]: peers by number while they are at most 60, else whole groups in the
    /// order of the plan.
    /// </summary>
    public required long[][] Fed { get; init; }

    /// <summary>True when <see cref="Fed"/> is by groups.</summary>
    public required bool IsFedByGroup { get; init; }

    /// <summary>The log, a line per event; empty unless the plan asked for it.</summary>
    public required IReadOnlyList<string> Log { get; init; }

    /// <summary>A number over all that was sent and logged; equal for equal runs. 0 unless logged or checked.</summary>
    public required ulong Digest { get; init; }

    /// <summary>
    /// The least time in which this could be done: the content through the seeds' lines, through the narrowest line
    /// in, and all copies through all lines out; and for the pipeline one piece for each doubling of those who have it.
    /// </summary>
    public required double BoundSeconds { get; init; }

    /// <summary>Copies of the content that left each seed on average.</summary>
    public required double SeedCopies { get; init; }
}
