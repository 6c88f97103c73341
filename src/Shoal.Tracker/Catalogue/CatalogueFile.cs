namespace Shoal.Tracker.Catalogue;

/// <summary>A file or folder of the catalogue under one of its names, as the store has it.</summary>
internal sealed record CatalogueFile
{
    /// <summary>Number of name and file in the store.</summary>
    public long NameId { get; init; }

    /// <summary>What the content is known by.</summary>
    public required string Hash { get; init; }

    /// <summary>One of its names.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of the content.</summary>
    public long Size { get; init; }

    /// <summary>Bytes in a chunk.</summary>
    public int ChunkSize { get; init; }

    /// <summary>The v1 info-hash in hexadecimal, or null.</summary>
    public string? InfoHash { get; init; }

    /// <summary>The v2 info-hash in hexadecimal, or null.</summary>
    public string? InfoHashV2 { get; init; }

    /// <summary>Bytes in a piece of the torrent; 0 without one.</summary>
    public int PieceSize { get; init; }

    /// <summary>True when the store has the .torrent.</summary>
    public bool HasTorrent { get; init; }

    /// <summary>Endpoints that registered it.</summary>
    public int EndPoints { get; init; }

    /// <summary>When it was first registered.</summary>
    public DateTimeOffset Added { get; init; }

    /// <summary>Words to find it by besides its name.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
