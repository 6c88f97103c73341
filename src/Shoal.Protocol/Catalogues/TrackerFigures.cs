namespace Shoal.Protocol.Catalogues;

/// <summary>How a tracker is: what it holds now, and what it has done since it started.</summary>
public sealed record TrackerFigures
{
    /// <summary>Seconds since it started.</summary>
    public required long UptimeSeconds { get; init; }

    /// <summary>Torrents that have peers.</summary>
    public required long Torrents { get; init; }

    /// <summary>Peers that have everything of their torrent.</summary>
    public required long Seeders { get; init; }

    /// <summary>Peers that do not.</summary>
    public required long Leechers { get; init; }

    /// <summary>Files in the catalogue, once for each name.</summary>
    public required int Files { get; init; }

    /// <summary>Announces answered.</summary>
    public required long Announces { get; init; }

    /// <summary>Scrapes answered.</summary>
    public required long Scrapes { get; init; }

    /// <summary>Requests that did not get what they asked for.</summary>
    public required long Refusals { get; init; }

    /// <summary>Client programs by their announces, the most first; at most 20.</summary>
    public required IReadOnlyList<NamedCount> Clients { get; init; }

    /// <summary>Reasons for refusals by their number, the most first.</summary>
    public required IReadOnlyList<NamedCount> Errors { get; init; }
}

/// <summary>A number of something.</summary>
public sealed record NamedCount
{
    /// <summary>What is counted.</summary>
    public required string Name { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }
}
