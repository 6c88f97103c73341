namespace Shoal.Lab.Simulation;

/// <summary>What became of one peer of a simulation. Bytes are real ones, whatever a block stood for.</summary>
public sealed record SimulatedPeer
{
    /// <summary>From 0, in the order of the plan.</summary>
    public required int Number { get; init; }

    /// <summary>Its group's name.</summary>
    public required string Group { get; init; }

    /// <summary>What it was like.</summary>
    public required PeerBehaviour Behaviour { get; init; }

    /// <summary>Virtual seconds at which it joined; null when it never did.</summary>
    public required double? JoinedSeconds { get; init; }

    /// <summary>Seconds from joining to having everything; 0 for a seed, null when it did not come to that.</summary>
    public required double? TookSeconds { get; init; }

    /// <summary>Seconds of these in which its program did not run, as it had crashed.</summary>
    public required double AwaySeconds { get; init; }

    /// <summary>Seconds that it needed at least, its time away counted; see <see cref="SwarmBound"/>.</summary>
    public required double BoundSeconds { get; init; }

    /// <summary>Bytes of blocks sent.</summary>
    public required long UploadedBytes { get; init; }

    /// <summary>Bytes of blocks received.</summary>
    public required long DownloadedBytes { get; init; }

    /// <summary>Received bytes that were of no use.</summary>
    public required long WastedBytes { get; init; }

    /// <summary>True when it left before the end of the run.</summary>
    public required bool HasLeft { get; init; }
}
