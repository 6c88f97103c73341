namespace Shoal.Lab.Simulation;

/// <summary>A simulated swarm at one moment.</summary>
public sealed record SimulationSample
{
    /// <summary>Virtual seconds since the start.</summary>
    public required double Seconds { get; init; }

    /// <summary>Block bytes per second that all peers together sent since the sample before.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Peers whose program runs.</summary>
    public required int Online { get; init; }

    /// <summary>Peers that have everything, or had when they left.</summary>
    public required int Complete { get; init; }

    /// <summary>Share of the pieces that each peer of <c>SimulationResult.Tracked</c> has.</summary>
    public required IReadOnlyList<float> Progress { get; init; }

    /// <summary>
    /// Number of online peers that have the rarest piece of each column; columns divide the pieces evenly.
    /// </summary>
    public required IReadOnlyList<int> Availability { get; init; }
}
