using System.Collections.Immutable;

namespace Shoal.Protocol.Torrents;

/// <summary>The files of one half of an info dictionary, v1 or v2, laid out in its piece space.</summary>
/// <param name="Files">The files in the order of the piece space.</param>
/// <param name="IsSingleFile">True when the torrent is one file named as the torrent.</param>
/// <param name="TotalLength">Bytes of the piece space.</param>
internal readonly record struct FileList(ImmutableArray<TorrentFile> Files, bool IsSingleFile, long TotalLength)
{
    /// <summary>True when a file that is not padding has a byte.</summary>
    public bool HasContent()
    {
        foreach (TorrentFile file in Files)
            if (!file.IsPadding && file.Length > 0) return true;
        return false;
    }
}
