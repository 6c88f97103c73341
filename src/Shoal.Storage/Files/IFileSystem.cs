namespace Shoal.Storage.Files;

/// <summary>
/// The disk, as the storage needs it: real, in memory, or with faults. Every operation returns what failed as a value.
/// All members can be called from several threads at once.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens or creates a file. The folder that holds it must exist.</summary>
    StorageError? Open(string path, FileUse use, out IFileHandle? handle);

    /// <summary>
    /// Makes a file that has <paramref name="length"/> bytes on the disk, so that later writes cannot run out of
    /// space. A file that exists keeps its content and is only made longer.
    /// </summary>
    StorageError? Allocate(string path, long length);

    /// <summary>Makes a folder and those above it; nothing happens where it exists.</summary>
    StorageError? CreateFolder(string path);

    /// <summary>Looks at a path, following links. False where nothing is there or it cannot be seen.</summary>
    bool TryStat(string path, out FileStat stat);

    /// <summary>The text of a symbolic link, absolute or relative to its folder; null for anything else.</summary>
    string? ReadLink(string path);

    /// <summary>Removes a file; nothing happens where there is none.</summary>
    StorageError? Delete(string path);

    /// <summary>Renames a file in one step, replacing the target.</summary>
    StorageError? Rename(string from, string to);

    /// <summary>
    /// Bytes that the user may still write to the disk that holds a folder; the largest number if unknown.
    /// </summary>
    long FreeBytes(string folder);

    /// <summary>Lets the user run a file, where the system knows such a permission. It never fails.</summary>
    void MarkExecutable(string path);
}
