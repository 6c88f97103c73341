namespace Shoal.Protocol.Catalogues;

/// <summary>What became of a registration.</summary>
public sealed record RegisterReply
{
    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>Hash of the file, where the request named one file.</summary>
    public string? FileHash { get; init; }

    /// <summary>Endpoints of that file, the new one included; null where several files were named.</summary>
    public int? PeersCount { get; init; }

    /// <summary>Bytes in a chunk of that file; null where several files were named.</summary>
    public int? ChunkSize { get; init; }

    /// <summary>Seconds after which the endpoint is forgotten unless it registers again.</summary>
    public int TtlSeconds { get; init; }

    /// <summary>Each file of a request that named several, in its order; null otherwise.</summary>
    public IReadOnlyList<ItemResult>? Results { get; init; }
}
