namespace Shoal.Protocol.Catalogues;

/// <summary>A file or folder in a catalogue under one of its names.</summary>
public record FileEntry
{
    /// <summary>What it is known by: see <see cref="RegisteredFile.FileHash"/>.</summary>
    public required string FileHash { get; init; }

    /// <summary>Name of the file or folder, without a path.</summary>
    public required string FileName { get; init; }

    /// <summary>Bytes of the content.</summary>
    public required long FileSize { get; init; }

    /// <summary>Endpoints that registered it, wholly or in part.</summary>
    public required int PeersCount { get; init; }

    /// <summary>Bytes in a chunk.</summary>
    public required int ChunkSize { get; init; }

    /// <summary>Number of chunks.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>The v1 info-hash of its torrent in hexadecimal, or null.</summary>
    public string? InfoHash { get; init; }

    /// <summary>The v2 info-hash of its torrent in hexadecimal, or null.</summary>
    public string? InfoHashV2 { get; init; }

    /// <summary>A magnet link of its torrent, or null.</summary>
    public string? Magnet { get; init; }

    /// <summary>Bytes in a piece of its torrent, or null.</summary>
    public int? PieceSize { get; init; }

    /// <summary>True when the catalogue has the .torrent itself.</summary>
    public bool HasTorrent { get; init; }

    /// <summary>Peers of the swarm that have everything.</summary>
    public int Seeders { get; init; }

    /// <summary>Peers of the swarm that do not.</summary>
    public int Leechers { get; init; }

    /// <summary>How often a peer of the swarm became complete.</summary>
    public int Completed { get; init; }

    /// <summary>
    /// <c>good</c> with three sources or more, <c>weak</c> with fewer, <c>dead</c> without any.
    /// </summary>
    public required string Health { get; init; }

    /// <summary>When it was first registered.</summary>
    public required DateTimeOffset Added { get; init; }

    /// <summary>Words to find it by besides its name.</summary>
    public required IReadOnlyList<string> Tags { get; init; }
}
