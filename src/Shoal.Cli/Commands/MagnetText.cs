using System.Collections.Immutable;
using System.Net;
using Shoal.Engine.Swarms;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary>Writes the magnet link of a torrent that is here.</summary>
internal static class MagnetText
{
    /// <summary>A link with the info-hashes, the name, the trackers, web seeds, and peers to dial first.</summary>
    public static string Of(Metainfo metainfo, ImmutableArray<IPEndPoint> peers = default)
    {
        MagnetLink link = new()
        {
            Hashes = metainfo.Info.Hashes,
            Name = metainfo.Info.Name,
            Swarm = SwarmAuthority.NameOf(metainfo.Info),
            Trackers = [.. metainfo.Trackers.SelectMany(t => t)],
            WebSeeds = metainfo.WebSeeds,
            Peers = peers.IsDefault ? [] : [.. peers.Select(p => (p.Address.ToString(), p.Port))],
        };
        return link.ToString();
    }
}
