using System.Collections.Immutable;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine;

/// <summary>Settings for making a .torrent.</summary>
public sealed record CreateOptions
{
    /// <summary>
    /// Generations of the format to carry. Hybrid is read by v1 clients too, save some of before 2022.
    /// </summary>
    public TorrentVersion Version { get; init; } = TorrentVersion.Hybrid;

    /// <summary>Bytes in a piece, a power of two of at least 16 KiB; 0 chooses by the size of the content.</summary>
    public int PieceLength { get; init; }

    /// <summary>Name of the torrent; null takes that of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>Tracker URLs in tiers.</summary>
    public ImmutableArray<ImmutableArray<string>> Trackers { get; init; } = [];

    /// <summary>HTTP sources of the content.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>True when only the trackers may name peers (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>
    /// The certificate of a private swarm's authority in PEM form, <see cref="Swarms.SwarmAuthority.CertificatePem"/>:
    /// only its members can take part. Null lets everybody.
    /// </summary>
    public string? SslCertificate { get; init; }

    /// <summary>Free text, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Time to write into it; null leaves it out, so that the same content gives the same bytes.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}
