using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Layout;

namespace Shoal.Storage;

/// <content>Opening: what is made on disk before the first byte comes.</content>
public sealed partial class TorrentStorage
{
    /// <summary>
    /// Bytes of the torrent's name in the names of hidden files, so that with the rest they stay under 255.
    /// </summary>
    private const int MaxHiddenNameBytes = 200;

    /// <summary>Buffer for moving bytes out of the part file.</summary>
    private const int CopyBytes = 256 * 1024;

    /// <summary>
    /// Opens the files of a torrent in a folder. Unless read-only, it makes the folder and the empty files, allocates
    /// where asked to, and moves what the part file holds of files that are selected by now.
    /// </summary>
    /// <param name="info">The torrent.</param>
    /// <param name="folder">The download folder; the torrent's own file or folder lies in it.</param>
    /// <param name="options">How files are kept.</param>
    /// <param name="handles">Open handles, and the disk; shared by all torrents.</param>
    /// <param name="storage">The storage, or null when there is an error.</param>
    public static StorageError? Open(
        TorrentInfo info, string folder, StorageOptions options, FileHandlePool handles, out TorrentStorage? storage)
    {
        storage = null;
        FileLayout layout;
        if (options.ExistingPaths is { } paths)
            layout = FileLayout.ForExisting(FileLayout.RootName(info), info.Geometry, info.Files, paths);
        else if (FileLayout.Create(info, out layout) is { } refused)
            return refused;
        string root = Path.GetFullPath(folder);
        StorageError? error = FolderOf(root, options, handles.Files);
        if (error is not null) return error;
        if (options is { ReadOnly: true, ExistingPaths: null })
            layout = layout.WithExactNames(info, path => ExistsAt(handles, Path.Combine(root, path)));
        TorrentStorage opened = Over(layout, root, options, handles, HiddenName(layout.Name, info, "parts"));
        error = options.ReadOnly ? null : opened.MakeFiles(options, handles);
        if (error is not null) opened.Dispose();
        else storage = opened;
        return error;
    }

    /// <summary>A read-only storage over files that lie anywhere.</summary>
    internal static TorrentStorage ForReading(FileLayout layout, FileHandlePool handles) =>
        Over(layout, "", new StorageOptions { ReadOnly = true, ExistingPaths = [] }, handles, partName: null);

    private static TorrentStorage Over(
        FileLayout layout, string root, StorageOptions options, FileHandlePool handles, string? partName)
    {
        PathGuard? guard = options.ExistingPaths is null ? new PathGuard(handles.Files, root) : null;
        var files = new StoredFile?[layout.Files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            LayoutFile file = layout.Files[i];
            if (file.Path is not null) files[i] = new StoredFile(handles, guard, file, Path.Combine(root, file.Path));
        }
        bool needsParts = options.ExistingPaths is null && partName is not null;
        PartFile? parts = needsParts ? new PartFile(handles, guard, layout, root, partName!) : null;
        var storage = new TorrentStorage(layout, root, options.ReadOnly, files, parts);
        for (int i = 0; i < files.Length; i++)
            storage._isOnDisk[i] = files[i] is { } file
                && (options.SelectedFiles is not { } selected || selected.Contains(i) || ExistsAt(handles, file.Path));
        return storage;
    }

    private static bool ExistsAt(FileHandlePool handles, string path) =>
        handles.Files.TryStat(path, out FileStat stat) && !stat.IsFolder;

    private static StorageError? FolderOf(string root, StorageOptions options, IFileSystem disk)
    {
        if (options.ExistingPaths is not null) return null;
        if (!options.ReadOnly) return disk.CreateFolder(root);
        return disk.TryStat(root, out FileStat stat) && stat.IsFolder
            ? null
            : new StorageError(StorageFault.Missing, $"The folder '{root}' does not exist.");
    }

    private StorageError? MakeFiles(StorageOptions options, FileHandlePool handles)
    {
        if (options.Preallocate && CheckSpace(handles.Files) is { } tooLarge) return tooLarge;
        bool hasParts = _parts is not null && _parts.StoredLength > 0;
        for (int i = 0; i < _files.Length; i++)
        {
            StoredFile? file = _files[i];
            if (file is null || !_isOnDisk[i]) continue;
            if (options.SelectedFiles is { } selected && !selected.Contains(i)) continue;
            StorageError? error = null;
            if (hasParts && !ExistsAt(handles, file.Path)) error = TakeFromParts(i, handles.Files);
            if (error is null && (file.Length == 0 || options.Preallocate)) error = file.Create(options.Preallocate);
            if (error is not null) return error;
        }
        if (!hasParts || !Array.TrueForAll(_files, file => file is null || ExistsAt(handles, file.Path))) return null;
        _parts!.Close();
        return handles.Files.Delete(_parts.Path);
    }

    private StorageError? CheckSpace(IFileSystem disk)
    {
        long needed = 0;
        for (int i = 0; i < _files.Length; i++)
            if (_isOnDisk[i]) needed += _files[i]!.Length - _files[i]!.StoredLength;
        long free = disk.FreeBytes(Folder);
        return needed <= free ? null : new StorageError(
            StorageFault.DiskFull,
            $"'{Layout.Name}' needs {needed} bytes in '{Folder}', but only {free} are free.");
    }

    /// <summary>
    /// Copies the first and the last bytes of a file from the part file. They are put together under another name, so
    /// that the file appears with both or not at all.
    /// </summary>
    private StorageError? TakeFromParts(int number, IFileSystem disk)
    {
        StoredFile file = _files[number]!;
        if (file.Check() is { } refused) return refused;
        LayoutFile place = Layout.Files[number];
        long last = Math.Max(place.Offset, (place.End - 1) / Geometry.PieceLength * Geometry.PieceLength);
        string temporary = _parts!.Path + ".tmp";
        if (disk.Delete(temporary) is { } stuck) return stuck;
        StorageError? error = disk.Open(temporary, FileUse.ReadWrite, out IFileHandle? target);
        if (error is not null) return error;
        bool any = false;
        using (target)
        {
            error = CopyFromParts(place, place.Offset, target!, ref any);
            if (error is null && last > place.Offset) error = CopyFromParts(place, last, target!, ref any);
            if (error is null && any) error = target!.Flush();
        }
        string? folder = Path.GetDirectoryName(file.Path);
        if (error is null && any && folder is not null) error = disk.CreateFolder(folder);
        if (error is null && any) return disk.Rename(temporary, file.Path);
        return disk.Delete(temporary) ?? error;
    }

    private StorageError? CopyFromParts(LayoutFile place, long start, IFileHandle target, ref bool any)
    {
        if (place.Length == 0 || !_parts!.TryLocate(start, out long offset)) return null;
        long pieceEnd = (start / Geometry.PieceLength + 1) * Geometry.PieceLength;
        long left = Math.Min(Math.Min(place.End, pieceEnd) - start, _parts.StoredLength - offset);
        long at = start - place.Offset;
        byte[] buffer = new byte[CopyBytes];
        while (left > 0)
        {
            Memory<byte> bytes = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            StorageError? error = _parts.Read([bytes], offset, bytes.Length) ?? target.Write([bytes], at);
            if (error is not null) return error;
            any = true;
            offset += bytes.Length;
            at += bytes.Length;
            left -= bytes.Length;
        }
        return null;
    }
}
