namespace Shoal.Tracker.Metrics;

/// <summary>What a request asked for.</summary>
internal enum RequestKind
{
    /// <summary>A connection id, over UDP.</summary>
    Connect = 0,

    /// <summary>Peers.</summary>
    Announce,

    /// <summary>The figures of swarms.</summary>
    Scrape,

    /// <summary>Anything else, and what cannot be understood.</summary>
    Other,
}
