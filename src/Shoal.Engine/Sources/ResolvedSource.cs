using System.Collections.Immutable;
using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Sources;

/// <summary>A torrent source, read: either all of a .torrent or what a magnet link says.</summary>
internal sealed record ResolvedSource
{
    public required TorrentHashes Hashes { get; init; }

    /// <summary>The whole .torrent; null for a magnet link.</summary>
    public Metainfo? Metainfo { get; init; }

    /// <summary>A name to show while the metadata is missing.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the private swarm that a magnet link leads into; null where it tells of none.</summary>
    public string? Swarm { get; init; }

    public ImmutableArray<ImmutableArray<string>> Trackers { get; init; } = [];

    public ImmutableArray<string> WebSeeds { get; init; } = [];

    public ImmutableArray<DnsEndPoint> Peers { get; init; } = [];

    /// <summary>URLs at which a magnet link says the .torrent to be (xs and as).</summary>
    public ImmutableArray<string> TorrentUrls { get; init; } = [];

    /// <summary>Files that a magnet link selects; empty for all.</summary>
    public ImmutableArray<FileRange> SelectedFiles { get; init; } = [];

    public static ResolvedSource Of(Metainfo metainfo) => new()
    {
        Hashes = metainfo.Info.Hashes,
        Metainfo = metainfo,
        Name = metainfo.Info.Name,
        Trackers = metainfo.Trackers,
        WebSeeds = metainfo.WebSeeds,
    };

    public static ResolvedSource Of(MagnetLink link) => new()
    {
        Hashes = link.Hashes,
        Name = link.Name ?? link.Hashes.ToString(),
        Swarm = link.Swarm,
        Trackers = [.. link.Trackers.Select(tracker => ImmutableArray.Create(tracker))],
        WebSeeds = link.WebSeeds,
        Peers = [.. link.Peers.Select(peer => new DnsEndPoint(peer.Host, peer.Port))],
        TorrentUrls = link.ExactSources,
        SelectedFiles = link.SelectedFiles,
    };
}
