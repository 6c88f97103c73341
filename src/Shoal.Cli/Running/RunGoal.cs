namespace Shoal.Cli.Running;

/// <summary>What a run of a transfer is for, and what ends it.</summary>
internal sealed record RunGoal
{
    /// <summary>True when the run ends as soon as everything is complete.</summary>
    public bool EndsWhenComplete { get; init; }

    /// <summary>True when a run without anything to serve is a mistake.</summary>
    public bool NeedsContent { get; init; }

    /// <summary>
    /// What else ends the run as complete, looked at now and then; null for nothing besides the torrents' own
    /// completion.
    /// </summary>
    public Func<bool>? IsReached { get; init; }

    /// <summary>Time without anything arriving after which an incomplete run ends; null waits for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True when the end of standard input ends the run.</summary>
    public bool EndsWithInput { get; init; }

    /// <summary>True when progress events list the connected peers.</summary>
    public bool ReportsPeers { get; init; }

    /// <summary>Program to start for each torrent that becomes complete, or null.</summary>
    public string? OnComplete { get; init; }
}
