namespace Shoal.Protocol.Catalogues;

/// <summary>The endpoints that have a file, with the chunks that each holds.</summary>
public sealed record LocationsReply
{
    /// <summary>What the content is known by.</summary>
    public required string FileHash { get; init; }

    /// <summary>The first of its names, or the one asked for.</summary>
    public required string FileName { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileSize { get; init; }

    /// <summary>Number of endpoints.</summary>
    public required int Count { get; init; }

    /// <summary>At most 200, by chance where there are more.</summary>
    public required IReadOnlyList<FilePeer> Endpoints { get; init; }
}
