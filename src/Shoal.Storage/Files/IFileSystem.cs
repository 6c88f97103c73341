namespace Shoal.Storage.Files;

/// <summary>How a file is opened.</summary>
public enum FileUse
{
    /// <summary>For reading; the file must exist.</summary>
    Read,

    /// <summary>For reading and writing; the file is created, empty, where it does not exist.</summary>
    ReadWrite,

    /// <summary>As <see cref="ReadWrite"/>, and no other handle to it may exist, in any process.</summary>
    Exclusive,
}

/// <summary>What is known of a path without opening it.</summary>
/// <param name="Length">Number of bytes of a file, 0 for a folder.</param>
/// <param name="Modified">Time of the last write in UTC ticks; only compared for equality.</param>
/// <param name="IsFolder">True for a folder.</param>
public readonly record struct FileStat(long Length, long Modified, bool IsFolder);

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

/// <summary>
/// An open file, read and written at positions. All members can be called from several threads at once.
/// </summary>
public interface IFileHandle : IDisposable
{
    /// <summary>Number of bytes in the file now.</summary>
    long Length { get; }

    /// <summary>
    /// Fills the buffers in turn from <paramref name="offset"/> on with one vectored call. Fewer bytes than asked for
    /// means that the file ends there.
    /// </summary>
    StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead);

    /// <summary>
    /// Writes the buffers in turn from <paramref name="offset"/> on with one vectored call, all or an error.
    /// </summary>
    StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset);

    /// <summary>Cuts the file or makes it longer with zeros.</summary>
    StorageError? SetLength(long length);

    /// <summary>Returns when all that was written is on the medium.</summary>
    StorageError? Flush();
}
