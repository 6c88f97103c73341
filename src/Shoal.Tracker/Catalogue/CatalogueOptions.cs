namespace Shoal.Tracker.Catalogue;

/// <summary>Settings of a tracker's catalogue of files.</summary>
public sealed record CatalogueOptions
{
    /// <summary>
    /// What a request that changes something has to carry as a bearer token, at least
    /// <see cref="MinTokenChars"/> characters. Null, the default, asks for none while the tracker listens on loopback
    /// only; beyond that one is read from <c>tracker.token</c> in the data folder or made.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Requests a second that one address (IPv6: one /64) may make in the long run.</summary>
    public double RequestsPerSecond { get; init; } = 20;

    /// <summary>Requests that one address may make at once after a pause.</summary>
    public int RequestBurst { get; init; } = 200;

    /// <summary>Files at the most, a file counted once for each of its names.</summary>
    public int MaxFiles { get; init; } = 200_000;

    /// <summary>The shortest token: what a person might guess is no token.</summary>
    public const int MinTokenChars = 16;
}
