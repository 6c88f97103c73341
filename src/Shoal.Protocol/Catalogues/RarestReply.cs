namespace Shoal.Protocol.Catalogues;

/// <summary>The chunks of a file by how many endpoints hold them, the rarest first.</summary>
public sealed record RarestReply
{
    /// <summary>What the content is known by.</summary>
    public required string FileHash { get; init; }

    /// <summary>The first of its names, or the one asked for.</summary>
    public required string FileName { get; init; }

    /// <summary>Number of chunks.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>Groups of equally rare chunks in the order of their rarity.</summary>
    public required IReadOnlyList<RareChunks> Rarest { get; init; }
}

/// <summary>Chunks that equally many endpoints hold.</summary>
public sealed record RareChunks
{
    /// <summary>How many endpoints hold each of them.</summary>
    public required int Holders { get; init; }

    /// <summary>How many chunks these are.</summary>
    public required int Count { get; init; }

    /// <summary>The chunks as ranges: <c>0-99,105</c>.</summary>
    public required string Chunks { get; init; }
}
