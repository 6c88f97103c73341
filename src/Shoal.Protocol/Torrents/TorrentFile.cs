using System.Collections.Immutable;

namespace Shoal.Protocol.Torrents;

/// <summary>One file of a torrent, as its info dictionary describes it.</summary>
public sealed record TorrentFile
{
    /// <summary>
    /// Path elements as the torrent gives them, without the torrent's own name, decoded as UTF-8 (bytes that are not
    /// UTF-8 become U+FFFD). They are untrusted: only Shoal.Storage turns them into names on disk. Of a single-file
    /// torrent it is the one element <see cref="TorrentInfo.Name"/>.
    /// </summary>
    public required ImmutableArray<string> Path { get; init; }

    /// <summary>Number of bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Offset of the first byte in the piece space.</summary>
    public required long Offset { get; init; }

    /// <summary>True for padding (BEP 47): zeros that are never written to disk nor requested.</summary>
    public bool IsPadding { get; init; }

    /// <summary>True when the file should get the executable permission (BEP 47 attribute x).</summary>
    public bool IsExecutable { get; init; }

    /// <summary>True when the file is marked hidden (BEP 47 attribute h). It changes nothing on disk.</summary>
    public bool IsHidden { get; init; }

    /// <summary>
    /// Target of a symbolic link (BEP 47 attribute l) or null. Links are never created; an empty target list too
    /// means "a link".
    /// </summary>
    public ImmutableArray<string>? SymlinkTarget { get; init; }

    /// <summary>Root of the file's merkle tree (BEP 52); null in v1-only torrents and for empty files.</summary>
    public Sha256Hash? PiecesRoot { get; init; }

    /// <summary>Offset in the piece space of the first byte after the file.</summary>
    public long End => Offset + Length;

    /// <summary>The path for people and for lists, with forward slashes; not a name on disk.</summary>
    public string DisplayPath => string.Join('/', Path);
}
