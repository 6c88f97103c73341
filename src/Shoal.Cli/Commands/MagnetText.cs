using System.Collections.Immutable;
using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary>
/// Writes the magnet link of a torrent that is here
/// (<see href="https://www.bittorrent.org/beps/bep_0009.html">BEP 9</see>,
/// <see href="https://www.bittorrent.org/beps/bep_0053.html">BEP 53</see>).
/// </summary>
internal static class MagnetText
{
    /// <summary>A link with both info-hashes, the name, trackers, and peers to dial first.</summary>
    public static string Of(
        TorrentHashes hashes, string? name, IEnumerable<string> trackers, IEnumerable<IPEndPoint> peers)
    {
        StringBuilder link = new("magnet:?");
        if (hashes.V1 is { } v1) link.Append("xt=urn:btih:").Append(v1);
        // 12 20 is the multihash prefix of a SHA-256.
        if (hashes.V2 is { } v2) link.Append(hashes.V1 is null ? "" : "&").Append("xt=urn:btmh:1220").Append(v2);
        if (!string.IsNullOrEmpty(name)) link.Append("&dn=").Append(Uri.EscapeDataString(name));
        foreach (string tracker in trackers) link.Append("&tr=").Append(Uri.EscapeDataString(tracker));
        foreach (IPEndPoint peer in peers) link.Append("&x.pe=").Append(peer);
        return link.ToString();
    }

    /// <summary>A link to a torrent with the trackers that it names.</summary>
    public static string Of(Metainfo metainfo, ImmutableArray<IPEndPoint> peers = default) => Of(
        metainfo.Info.Hashes,
        metainfo.Info.Name,
        metainfo.Trackers.SelectMany(t => t),
        peers.IsDefault ? [] : peers);
}
