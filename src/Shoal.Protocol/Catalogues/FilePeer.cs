namespace Shoal.Protocol.Catalogues;

/// <summary>An endpoint that has registered chunks of a file.</summary>
public sealed record FilePeer
{
    /// <summary>Its address.</summary>
    public required string Ip { get; init; }

    /// <summary>Its TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// The chunks it holds as numbers. Null when ranges were asked for, or when so many numbers do not fit an answer.
    /// </summary>
    public ChunkSet? Chunks { get; init; }

    /// <summary>The same as ranges: <c>0-99,105</c>.</summary>
    public required string ChunkRanges { get; init; }
}
