using System.Collections.Immutable;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// What an info dictionary says: the part of a .torrent that its hash names, and all that a magnet link's metadata
/// brings. Immutable, made from bytes by the reader beside it.
/// </summary>
public sealed class TorrentInfo
{
    /// <summary>The names of the torrent.</summary>
    public required TorrentHashes Hashes { get; init; }

    /// <summary>Which generations of the format it carries.</summary>
    public required TorrentVersion Version { get; init; }

    /// <summary>The suggested name of the file or folder. Untrusted, and may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>True when the torrent is one file, whose path is <see cref="Name"/>.</summary>
    public required bool IsSingleFile { get; init; }

    /// <summary>True when only the torrent's own trackers may name peers (BEP 27).</summary>
    public required bool IsPrivate { get; init; }

    /// <summary>All files in the order of the piece space, padding included.</summary>
    public required ImmutableArray<TorrentFile> Files { get; init; }

    /// <summary>Pieces, blocks and bytes.</summary>
    public required PieceGeometry Geometry { get; init; }

    /// <summary>The SHA-1 of each piece, 20 bytes each, end to end; empty in a v2-only torrent.</summary>
    public required ReadOnlyMemory<byte> V1Pieces { get; init; }

    /// <summary>The bencoded info dictionary exactly as received: what is hashed and what ut_metadata serves.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>Certificate for TLS between peers in PEM form (<c>ssl-cert</c>), or null.</summary>
    public string? SslCertificate { get; init; }

    /// <summary>Bytes of all files without padding: what a user calls the size.</summary>
    public long ContentLength => Files.Where(f => !f.IsPadding).Sum(f => f.Length);

    /// <summary>The SHA-1 that a piece must have. Only for torrents with v1 hashes.</summary>
    public ReadOnlySpan<byte> V1PieceHash(PieceIndex piece) =>
        V1Pieces.Span.Slice(piece.Value * InfoHash.Length, InfoHash.Length);
}
