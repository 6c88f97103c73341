namespace Shoal.Protocol.Catalogues;

/// <summary>What became of one of several things that a request asked for.</summary>
public sealed record ItemResult
{
    /// <summary>True when it was done.</summary>
    public required bool Success { get; init; }

    /// <summary>The file's name, where the item is a file.</summary>
    public string? FileName { get; init; }

    /// <summary>The file's hash, where the item is a file.</summary>
    public string? FileHash { get; init; }

    /// <summary>The chunk's number, where the item is a chunk.</summary>
    public int? Chunk { get; init; }

    /// <summary>Bytes in a chunk of the file, where the item is a file.</summary>
    public int? ChunkSize { get; init; }

    /// <summary>One sentence that says why it was not done; null on success.</summary>
    public string? Error { get; init; }
}
