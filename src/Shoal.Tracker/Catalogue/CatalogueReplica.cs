namespace Shoal.Tracker.Catalogue;

/// <summary>A file as nodes tell it each other, with the numbers that order names alike at all of them.</summary>
internal sealed record CatalogueReplica
{
    /// <summary>The file; its name, its endpoints and whether it has a torrent do not matter.</summary>
    public required CatalogueFile File { get; init; }

    /// <summary>All of its names, each with its number.</summary>
    public required IReadOnlyList<(string Name, long Id)> Names { get; init; }

    /// <summary>True when it stays without any source, until it is deleted.</summary>
    public bool IsPinned { get; init; }

    /// <summary>True when it has a torrent.</summary>
    public bool HasTorrent { get; init; }

    /// <summary>Its endpoints and when each is to be forgotten; null when they are not told.</summary>
    public IReadOnlyList<(CatalogueEndPoint EndPoint, DateTimeOffset Expires)>? EndPoints { get; init; }
}
