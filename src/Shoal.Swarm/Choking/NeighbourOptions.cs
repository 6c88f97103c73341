namespace Shoal.Swarm.Choking;

/// <summary>How preferred neighbours are chosen, as in classrooms; see <see cref="FixedSwarm"/>.</summary>
public sealed record NeighbourOptions
{
    /// <summary>Number of preferred neighbours; one peer more is unchoked optimistically.</summary>
    public int Preferred { get; init; } = 2;

    /// <summary>Time between two choices of preferred neighbours.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two draws of the optimistically unchoked neighbour.</summary>
    public TimeSpan OptimisticInterval { get; init; } = TimeSpan.FromSeconds(15);
}
