using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Storage.Layout;

/// <summary>
/// Where each byte of the piece space lies: which file and which offset in it. Immutable; the paths in it are safe.
/// </summary>
public sealed class FileLayout
{
    private readonly long[] _starts;
    private readonly int[] _numbers;

    private FileLayout(string name, PieceGeometry geometry, ImmutableArray<LayoutFile> files)
    {
        Name = name;
        Geometry = geometry;
        Files = files;
        int[] numbers = [.. Enumerable.Range(0, files.Length).Where(i => files[i].Length > 0)];
        _numbers = numbers;
        _starts = [.. numbers.Select(i => files[i].Offset)];
    }

    /// <summary>The safe name of the file or folder that the torrent makes in the download folder.</summary>
    public string Name { get; }

    /// <summary>Pieces and blocks.</summary>
    public PieceGeometry Geometry { get; }

    /// <summary>The files in the order and number of <see cref="TorrentInfo.Files"/>.</summary>
    public ImmutableArray<LayoutFile> Files { get; }

    /// <summary>
    /// Finds a safe path for every file of a torrent. It fails only when more than 500 files would have the same name.
    /// </summary>
    public static StorageError? Create(TorrentInfo info, out FileLayout layout)
    {
        string name = RootName(info);
        StorageError? error = PathPlan.Make(name, info, out string?[] paths);
        layout = new FileLayout(name, info.Geometry, Place(info.Files, paths));
        return error;
    }

    /// <summary>
    /// A layout over files that exist already under names of their own, as for content that is shared in place.
    /// </summary>
    /// <param name="name">Name of the file or folder.</param>
    /// <param name="geometry">Pieces and blocks.</param>
    /// <param name="files">All files in the order of the piece space, padding included.</param>
    /// <param name="paths">The absolute path of each file; those of padding are ignored and may be empty.</param>
    public static FileLayout ForExisting(
        string name, PieceGeometry geometry, ImmutableArray<TorrentFile> files, IReadOnlyList<string> paths)
    {
        if (paths.Count != files.Length)
            throw new ArgumentException($"There are {files.Length} files but {paths.Count} paths.", nameof(paths));
        return new FileLayout(name, geometry, Place(files, paths));
    }

    /// <summary>
    /// The safe name of what a torrent makes in the download folder: the info-hash where it names nothing.
    /// </summary>
    public static string RootName(TorrentInfo info)
    {
        string name = SafeName.Of(info.Name);
        return name.Length > 0 ? name : info.Hashes.ToString();
    }

    /// <summary>The stretches that make up some bytes of the piece space, in order.</summary>
    internal SegmentWalk Locate(long offset, long length) => new(this, offset, length);

    /// <summary>The stretch at an offset, at most so long. Logarithmic in the number of files.</summary>
    internal FileSegment At(long offset, long length)
    {
        int found = Array.BinarySearch(_starts, offset);
        int entry = found >= 0 ? found : ~found - 1;
        long next = entry + 1 < _starts.Length ? _starts[entry + 1] : long.MaxValue;
        if (entry < 0) return Zeros(offset, next, length);
        LayoutFile file = Files[_numbers[entry]];
        if (offset >= file.End) return Zeros(offset, next, length);
        if (!file.IsContent) return Zeros(offset, file.End, length);
        return new FileSegment(_numbers[entry], offset - file.Offset, offset, Math.Min(length, file.End - offset));
    }

    private static FileSegment Zeros(long offset, long end, long length) =>
        new(-1, 0, offset, Math.Min(length, end - offset));

    private static ImmutableArray<LayoutFile> Place(ImmutableArray<TorrentFile> files, IReadOnlyList<string?> paths)
    {
        var placed = ImmutableArray.CreateBuilder<LayoutFile>(files.Length);
        for (int i = 0; i < files.Length; i++)
        {
            TorrentFile file = files[i];
            bool isContent = !file.IsPadding && file.SymlinkTarget is null;
            placed.Add(new LayoutFile(isContent ? paths[i] : null, file.Offset, file.Length, file.IsExecutable));
        }
        return placed.MoveToImmutable();
    }
}
