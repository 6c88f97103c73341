namespace Shoal.Protocol.Catalogues;

/// <summary>
/// Tells a catalogue what an endpoint shares: one file by the fields of the request itself, or any number of them in
/// <see cref="Files"/>.
/// </summary>
public sealed record RegisterRequest : RegisteredFile
{
    /// <summary>Address at which peers reach the endpoint; null takes the one that the request came from.</summary>
    public string? Ip { get; init; }

    /// <summary>TCP port at which peers reach the endpoint.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Seconds after which the endpoint is forgotten unless it registers again; 0 leaves it to the catalogue.
    /// </summary>
    public int TtlSeconds { get; init; }

    /// <summary>Several files at once; null for the one of the request itself.</summary>
    public IReadOnlyList<RegisteredFile>? Files { get; init; }
}
