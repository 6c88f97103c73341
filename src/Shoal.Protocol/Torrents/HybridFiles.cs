using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Holds the two file lists of a hybrid torrent against each other
/// (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>, "upgrade path"): the v1 list without its
/// padding must be the v2 list, and the padding must bring each file to where v2 begins its first piece. Otherwise the
/// hashes of one half would be checked against the bytes of another file.
/// </summary>
internal static class HybridFiles
{
    /// <summary>The v1 list with the roots of the v2 list, or an error where the two disagree.</summary>
    public static bool TryMerge(
        in FileList v1,
        in FileList v2,
        int pieceLength,
        out ImmutableArray<TorrentFile> merged,
        [NotNullWhen(false)] out string? error)
    {
        merged = [];
        error = "The torrent is inconsistent: 'file tree' and 'files' differ in whether it is a single file.";
        if (v1.IsSingleFile != v2.IsSingleFile) return false;
        var files = ImmutableArray.CreateBuilder<TorrentFile>(v1.Files.Length);
        int next = 0;
        foreach (TorrentFile file in v1.Files)
        {
            if (file.IsPadding)
            {
                files.Add(file);
                continue;
            }
            error = "The torrent is inconsistent: 'files' has more files than 'file tree'.";
            if (next == v2.Files.Length) return false;
            TorrentFile twin = v2.Files[next++];
            error = Difference(file, twin, next);
            if (error is not null) return false;
            files.Add(file with { PiecesRoot = twin.PiecesRoot });
        }
        error = "The torrent is inconsistent: 'file tree' has more files than 'files'.";
        if (next < v2.Files.Length) return false;
        error = "The torrent is inconsistent: 'files' has padding beyond the last piece of 'file tree'.";
        if (v1.TotalLength > TorrentLayout.Align(v2.TotalLength, pieceLength)) return false;
        merged = files.MoveToImmutable();
        error = null;
        return true;
    }

    private static string? Difference(TorrentFile file, TorrentFile twin, int number)
    {
        if (!file.Path.AsSpan().SequenceEqual(twin.Path.AsSpan()))
            return $"The torrent is inconsistent: 'file tree' and 'files' differ in the name of file {number}.";
        if (file.Length != twin.Length)
            return $"The torrent is inconsistent: 'file tree' and 'files' differ in the length of file {number}.";
        return file.Length == 0 || file.Offset == twin.Offset
            ? null
            : $"The torrent is inconsistent: in 'files' file {number} does not begin at a piece as v2 needs it.";
    }
}
