namespace Shoal.Protocol.Catalogues;

/// <summary>A file that an endpoint shares, wholly or in part.</summary>
public record RegisteredFile
{
    /// <summary>Name of the file or folder, without a path.</summary>
    public string? FileName { get; init; }

    /// <summary>
    /// SHA-1 (40 hexadecimal digits) or SHA-256 (64) of the whole file; of a folder the info-hash of its torrent. Other
    /// texts are kept as names of content that nobody can check.
    /// </summary>
    public string? FileHash { get; init; }

    /// <summary>Bytes of the content.</summary>
    public long FileSize { get; init; }

    /// <summary>The chunks that the endpoint holds; null for all of them.</summary>
    public ChunkSet? Chunks { get; init; }

    /// <summary>Bytes in a chunk; 0 means <see cref="ChunkGeometry.DefaultChunkSize"/>.</summary>
    public int ChunkSize { get; init; }

    /// <summary>The v1 info-hash of a torrent of the content, in hexadecimal, or null.</summary>
    public string? InfoHash { get; init; }

    /// <summary>The v2 info-hash of a torrent of the content, in hexadecimal, or null.</summary>
    public string? InfoHashV2 { get; init; }

    /// <summary>Bytes in a piece of that torrent; 0 when there is none.</summary>
    public int PieceSize { get; init; }

    /// <summary>Words to find the file by besides its name; null for none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
