namespace Shoal.Protocol.Trackers;

/// <summary>What a tracker answers to an announce, beside the peers.</summary>
public readonly record struct AnnounceAnswer
{
    /// <summary>Seconds until the client announces again.</summary>
    public required int IntervalSeconds { get; init; }

    /// <summary>
    /// Seconds that the client waits at least. It is always sent: aria2 takes the interval where it lacks.
    /// </summary>
    public required int MinIntervalSeconds { get; init; }

    /// <summary>Peers that have everything.</summary>
    public int Complete { get; init; }

    /// <summary>Peers that do not have everything.</summary>
    public int Incomplete { get; init; }

    /// <summary>How often the torrent was downloaded to the end.</summary>
    public int Downloaded { get; init; }

    /// <summary>A remark for people; null leaves it out.</summary>
    public string? Warning { get; init; }
}
