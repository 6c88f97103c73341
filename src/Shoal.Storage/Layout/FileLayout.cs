using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Storage.Layout;

/// <summary>
/// Where each byte of the piece space lies: which file and which offset in it. Immutable; the paths in it are safe.
/// </summary>
public sealed class FileLayout
{
    // What this system's file names cannot have: on Unix the separator and the end of a string, on Windows more.
    private static readonly char[] NotInNames =
        [.. Path.GetInvalidFileNameChars(), Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

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
    /// The layout with the very names of the torrent instead of their safe forms, for files that are there under them:
    /// content that is seeded where it was made. A name that leads out of its folder is never tried.
    /// </summary>
    /// <param name="info">The torrent that the layout was made of.</param>
    /// <param name="exists">Tells whether there is a file at a path below the download folder.</param>
    internal FileLayout WithExactNames(TorrentInfo info, Func<string, bool> exists)
    {
        bool isAny = false;
        var files = ImmutableArray.CreateBuilder<LayoutFile>(Files.Length);
        for (int i = 0; i < Files.Length; i++)
        {
            LayoutFile file = Files[i];
            string? exact = file.Path is null ? null : ExactPath(info, info.Files[i]);
            bool isFound = exact is not null && exact != file.Path && exists(exact);
            isAny |= isFound;
            files.Add(isFound ? file with { Path = exact } : file);
        }
        return isAny ? new FileLayout(Name, Geometry, files.MoveToImmutable()) : this;
    }

    /// <summary>Number of files that a download puts under another name than the torrent gives them.</summary>
    public static int CountRenamed(TorrentInfo info)
    {
        if (Create(info, out FileLayout layout) is not null) return 0;
        int count = 0;
        for (int i = 0; i < info.Files.Length; i++)
            if (layout.Files[i].Path is { } path && path != RawPath(info, info.Files[i])) count++;
        return count;
    }

    /// <summary>
    /// The safe name of what for content that is shared in place.
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

    /// <summary>The path as the torrent gives it; null when a name in it is not one of a file in its folder.</summary>
    private static string? ExactPath(TorrentInfo info, TorrentFile file)
    {
        if (!IsPlain(info.Name)) return null;
        foreach (string element in info.IsSingleFile ? [] : file.Path)
            if (!IsPlain(element)) return null;
        return RawPath(info, file);
    }

    private static string RawPath(TorrentInfo info, TorrentFile file) =>
        info.IsSingleFile ? info.Name : Path.Join([info.Name, .. file.Path]);

    private static bool IsPlain(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.IndexOfAny(NotInNames) < 0;

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
