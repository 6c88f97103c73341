namespace Shoal.Cli.Json;

/// <summary>The answer of <c>inspect</c>.</summary>
internal sealed record InspectResult() : JsonRecord(ResultEvent)
{
    /// <summary>Name of the file or folder, as the torrent gives it; null when a link does not tell.</summary>
    public required string? Name { get; init; }

    /// <summary>v1, v2 or hybrid.</summary>
    public required string Version { get; init; }

    /// <summary>The v1 info-hash in hexadecimal, or null.</summary>
    public required string? InfoHash { get; init; }

    /// <summary>The full v2 info-hash in hexadecimal, or null.</summary>
    public required string? InfoHashV2 { get; init; }

    /// <summary>Tracker URLs in tiers.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Trackers { get; init; }

    /// <summary>HTTP sources of the content.</summary>
    public required IReadOnlyList<string> WebSeeds { get; init; }

    /// <summary>A magnet link to it.</summary>
    public required string Magnet { get; init; }

    /// <summary>Bytes of all files; null when a link does not tell.</summary>
    public long? Size { get; init; }

    /// <summary>The private swarm whose members it is for; null when it is open to everybody.</summary>
    public string? Swarm { get; init; }

    /// <summary>Peers that a magnet link names; null for a .torrent.</summary>
    public IReadOnlyList<string>? Peers { get; init; }

    /// <summary>Number of pieces; null for a magnet link, as all below.</summary>
    public int? Pieces { get; init; }

    /// <summary>Bytes in a piece.</summary>
    public int? PieceSize { get; init; }

    /// <summary>True when only the trackers may name peers.</summary>
    public bool? Private { get; init; }

    /// <summary>Free text of the maker.</summary>
    public string? Comment { get; init; }

    /// <summary>Program that made it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The files without padding.</summary>
    public IReadOnlyList<InspectedFile>? Files { get; init; }
}
