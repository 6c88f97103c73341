namespace Shoal.Protocol.Catalogues;

/// <summary>What became of the registration of chunks.</summary>
public sealed record ChunkReply
{
    /// <summary>True when the endpoint is a source of these chunks now.</summary>
    public required bool Success { get; init; }

    /// <summary>What the content is known by.</summary>
    public required string FileHash { get; init; }

    /// <summary>All chunks that the endpoint holds now, as ranges.</summary>
    public required string ChunkRanges { get; init; }

    /// <summary>Each chunk of a request of at most 1,000; null for a larger one, which succeeds as a whole.</summary>
    public IReadOnlyList<ItemResult>? Results { get; init; }
}
