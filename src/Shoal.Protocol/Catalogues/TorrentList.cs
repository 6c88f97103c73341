namespace Shoal.Protocol.Catalogues;

/// <summary>The torrents with the most peers at a tracker, whether the catalogue has a name for them or not.</summary>
public sealed record TorrentList
{
    /// <summary>They, the most peers first.</summary>
    public required IReadOnlyList<TorrentEntry> Torrents { get; init; }

    /// <summary>How many are in this answer.</summary>
    public required int Count { get; init; }

    /// <summary>Torrents of the tracker.</summary>
    public required long Total { get; init; }
}

/// <summary>A torrent that peers announce.</summary>
public sealed record TorrentEntry
{
    /// <summary>The twenty bytes that clients announce with, in hexadecimal.</summary>
    public required string InfoHash { get; init; }

    /// <summary>The name that the catalogue has for it; null for none.</summary>
    public string? FileName { get; init; }

    /// <summary>What the catalogue knows the content by; null where it does not.</summary>
    public string? FileHash { get; init; }

    /// <summary>A magnet link with the tracker that was asked.</summary>
    public required string Magnet { get; init; }

    /// <summary>Peers that have everything.</summary>
    public required int Seeders { get; init; }

    /// <summary>Peers that do not.</summary>
    public required int Leechers { get; init; }

    /// <summary>Downloads that became complete.</summary>
    public required int Completed { get; init; }

    /// <summary><c>good</c>, <c>weak</c> or <c>dead</c>.</summary>
    public required string Health { get; init; }
}
