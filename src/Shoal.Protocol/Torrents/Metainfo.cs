using System.Collections.Immutable;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// A whole .torrent file (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>): the info dictionary
/// and what stands beside it, which no hash protects.
/// </summary>
public sealed record Metainfo
{
    /// <summary>The part that the info-hash names.</summary>
    public required TorrentInfo Info { get; init; }

    /// <summary>Tracker URLs in tiers (BEP 12), the <c>announce</c> key folded in.</summary>
    public ImmutableArray<ImmutableArray<string>> Trackers { get; init; } = [];

    /// <summary>HTTP sources of the content (BEP 19 <c>url-list</c>).</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>DHT nodes (BEP 5 <c>nodes</c>), host and port.</summary>
    public ImmutableArray<(string Host, int Port)> Nodes { get; init; } = [];

    /// <summary>
    /// Piece layers of v2 files by their root, each the SHA-256 of every piece end to end; already proven to fold to
    /// the root. A file of one piece needs none. Missing ones are fetched by hash requests.
    /// </summary>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> PieceLayers { get; init; } =
        ImmutableDictionary<Sha256Hash, ReadOnlyMemory<byte>>.Empty;

    /// <summary>Free text of the maker, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Program that made it, or null.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it was made, or null.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}
