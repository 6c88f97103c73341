using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.Magnets;

/// <summary>
/// A magnet link (<see href="https://www.bittorrent.org/beps/bep_0009.html">BEP 9</see>, file selection of
/// <see href="https://www.bittorrent.org/beps/bep_0053.html">BEP 53</see>): the hash of a torrent and where its info
/// dictionary may be found. Only the hashes are to be trusted; everything else is a stranger's word.
/// </summary>
public sealed record MagnetLink
{
    /// <summary>Which torrent: a v1 hash (btih), a v2 hash (btmh), or both.</summary>
    public required TorrentHashes Hashes { get; init; }

    /// <summary>Name to show until the metadata is here (dn), safe to print, or null. Not a name on disk.</summary>
    public string? Name { get; init; }

    /// <summary>Bytes of the content (xl), or null.</summary>
    public long? ContentLength { get; init; }

    /// <summary>Tracker URLs (tr), each its own tier: http, https and udp.</summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Web seed URLs (ws): http and https.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>URLs from which the .torrent itself may be fetched (xs and as): http and https.</summary>
    public ImmutableArray<string> ExactSources { get; init; } = [];

    /// <summary>Peers (x.pe), host name or address without brackets, and port.</summary>
    public ImmutableArray<(string Host, int Port)> Peers { get; init; } = [];

    /// <summary>Numbers of the files to download (so); empty for all of them.</summary>
    public ImmutableArray<FileRange> SelectedFiles { get; init; } = [];

    /// <summary>
    /// Name of the private swarm that the torrent belongs to (x.swarm), safe to print, or null where the link does not
    /// tell. Ours: it spares who has no credential a wait, and other programs pass it over.
    /// </summary>
    public string? Swarm { get; init; }

    /// <summary>Reads a magnet link.</summary>
    /// <param name="text">The link and nothing around it.</param>
    /// <param name="link">What it says, or null when false is returned.</param>
    /// <param name="error">One sentence that names the parameter at fault, or null on success.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out MagnetLink? link, [NotNullWhen(false)] out string? error) =>
        new MagnetParser().TryParse(text, out link, out error);

    /// <summary>The link in its shortest form that every client reads.</summary>
    public override string ToString() => MagnetWriter.Write(this);
}
