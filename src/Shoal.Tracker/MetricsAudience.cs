namespace Shoal.Tracker;

/// <summary>Who gets the figures of a tracker at /metrics.</summary>
public enum MetricsAudience
{
    /// <summary>Nobody, and there is no /healthz either.</summary>
    Nobody = 0,

    /// <summary>Those on this machine and in private networks; /healthz is for everybody.</summary>
    Neighbours,

    /// <summary>Everybody who can reach the port.</summary>
    Everybody,
}
