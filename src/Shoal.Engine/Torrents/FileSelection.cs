using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Torrents;

/// <summary>
/// Which files and pieces of a torrent are wanted. Users count files without padding, the torrent and magnet links with
/// it; here the numberings meet.
/// </summary>
internal static class FileSelection
{
    /// <summary>The torrent's own numbers of the selected files; null when all are.</summary>
    /// <param name="info">The content.</param>
    /// <param name="options">What the user selects, which comes first.</param>
    /// <param name="ranges">What a magnet link selects; empty for all.</param>
    /// <exception cref="TorrentException">No file is selected, or a number is of no file.</exception>
    public static IReadOnlySet<int>? Resolve(
        TorrentInfo info, TorrentOptions options, ImmutableArray<FileRange> ranges)
    {
        ImmutableSortedSet<int>? chosen = options.SelectedFiles;
        if (options.SelectFiles is { } select)
        {
            chosen = Choose(info, select);
            if (chosen is null) return null;
        }
        if (chosen is null && ranges.IsEmpty) return null;
        int[] visible = [.. Enumerable.Range(0, info.Files.Length).Where(i => !info.Files[i].IsPadding)];
        ImmutableHashSet<int> selected = chosen is null
            ? NamedByLink(info, visible, ranges)
            : Numbered(chosen, visible);
        return selected.Count > 0 ? selected : throw new TorrentException(
            TorrentError.InvalidInput,
            chosen is null
                ? "The magnet link selects none of the torrent's files."
                : "None of the torrent's files is selected, so there is nothing to download.");
    }

    /// <summary>
    /// The files that a link selects (so of BEP 53). It counts as libtorrent does, padding included: that of the file
    /// list, or, where a torrent has only a file tree, one behind every file that does not end with a piece.
    /// </summary>
    private static ImmutableHashSet<int> NamedByLink(
        TorrentInfo info, int[] visible, ImmutableArray<FileRange> ranges)
    {
        bool isListed = info.Hashes.V1 is not null;
        int gaps = 0;
        var selected = ImmutableHashSet.CreateBuilder<int>();
        foreach (int file in visible)
        {
            int number = file + gaps;
            if (ranges.Any(range => range.Contains(number))) selected.Add(file);
            if (!isListed && info.Files[file].Length % info.Geometry.PieceLength != 0) gaps++;
        }
        return selected.ToImmutable();
    }

    private static ImmutableSortedSet<int>? Choose(TorrentInfo info, Func<TorrentInfo, IEnumerable<int>?> select)
    {
        try
        {
            return select(info) is { } numbers ? [.. numbers] : null;
        }
        catch (Exception e) when (e is not TorrentException)
        {
            throw new TorrentException(
                TorrentError.InvalidInput, $"The files of the torrent could not be selected: {e.Message}", e);
        }
    }

    private static ImmutableHashSet<int> Numbered(ImmutableSortedSet<int> chosen, int[] visible)
    {
        if (chosen.IsEmpty) return [];
        if (chosen.Max >= visible.Length || chosen.Min < 0)
            throw new TorrentException(
                TorrentError.InvalidInput,
                $"File number {(chosen.Min < 0 ? chosen.Min : chosen.Max)} is selected, "
                + $"but the torrent has files 0 to {visible.Length - 1}.");
        return chosen.Select(number => visible[number]).ToImmutableHashSet();
    }

    /// <summary>The pieces that hold a byte of a selected file.</summary>
    public static Bitfield Pieces(TorrentInfo info, IReadOnlySet<int>? files)
    {
        var wanted = new Bitfield(info.Geometry.PieceCount);
        if (files is null)
        {
            wanted.SetAll();
            return wanted;
        }
        foreach (int number in files)
        {
            TorrentFile file = info.Files[number];
            if (file.Length == 0) continue;
            int last = info.Geometry.PieceAt(file.End - 1).Value;
            for (int piece = info.Geometry.PieceAt(file.Offset).Value; piece <= last; piece++) wanted.Set(piece);
        }
        return wanted;
    }

    /// <summary>The pieces that a seeder of only some offers.</summary>
    public static Bitfield Pieces(TorrentInfo info, PieceSelection? selection)
    {
        int count = info.Geometry.PieceCount;
        var offered = new Bitfield(count);
        if (selection is null)
        {
            offered.SetAll();
            return offered;
        }
        for (int piece = 0; piece < count; piece++)
        {
            double at = (double)piece / count;
            bool inRange = selection.Ranges.IsEmpty || selection.Ranges.Any(range => at >= range.From && at < range.To);
            if (inRange && !selection.Without.Contains(piece)) offered.Set(piece);
        }
        return offered;
    }
}
