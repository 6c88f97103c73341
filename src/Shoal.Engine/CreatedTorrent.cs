using Shoal.Protocol.Torrents;

namespace Shoal.Engine;

/// <summary>A .torrent that was made.</summary>
/// <param name="Metainfo">Its content.</param>
/// <param name="Bytes">Its bencoded form, ready to be written to a file.</param>
/// <param name="Paths">
/// Absolute path of each file of the torrent, an empty one for padding, as <see cref="TorrentOptions.ContentPaths"/>
/// takes it.
/// </param>
public sealed record CreatedTorrent(Metainfo Metainfo, ReadOnlyMemory<byte> Bytes, IReadOnlyList<string> Paths)
{
    /// <summary>
    /// Number of files that a download puts under another name, because theirs has a character that not every system
    /// takes, as a control character or a colon.
    /// </summary>
    public int RenamedFiles { get; init; }
}
