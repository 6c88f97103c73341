namespace Shoal.Protocol.Catalogues;

/// <summary>Tells a catalogue that an endpoint holds more chunks of a file than before.</summary>
public sealed record ChunkRequest
{
    /// <summary>Hash of the file; null when the name alone says which.</summary>
    public string? FileHash { get; init; }

    /// <summary>Name of the file; null when the hash says which.</summary>
    public string? FileName { get; init; }

    /// <summary>One chunk, or null.</summary>
    public int? Chunk { get; init; }

    /// <summary>Several chunks, or null.</summary>
    public ChunkSet? Chunks { get; init; }

    /// <summary>Address at which peers reach the endpoint; null takes the one that the request came from.</summary>
    public string? Ip { get; init; }

    /// <summary>TCP port at which peers reach the endpoint.</summary>
    public int Port { get; init; }

    /// <summary>See <see cref="RegisterRequest.TtlSeconds"/>.</summary>
    public int TtlSeconds { get; init; }
}
