using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Shoal.Storage.Files;

/// <summary>The disk of the operating system.</summary>
public sealed class RealFileSystem : IFileSystem
{
    /// <summary>The only instance; it has no state.</summary>
    public static RealFileSystem Instance { get; } = new();

    private RealFileSystem() { }

    /// <inheritdoc/>
    public StorageError? Open(string path, FileUse use, out IFileHandle? handle)
    {
        handle = null;
        try
        {
            SafeFileHandle opened = use == FileUse.Read
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                : File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite,
                    use == FileUse.Exclusive ? FileShare.None : FileShare.ReadWrite | FileShare.Delete);
            handle = new RealFileHandle(opened, path);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "open", path);
        }
    }

    /// <inheritdoc/>
    public StorageError? Allocate(string path, long length)
    {
        try
        {
            bool isNew = !File.Exists(path);
            using SafeFileHandle handle = File.OpenHandle(
                path, isNew ? FileMode.CreateNew : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite,
                preallocationSize: isNew ? length : 0);
            if (RandomAccess.GetLength(handle) < length) RandomAccess.SetLength(handle, length);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "allocate", path);
        }
    }

    /// <inheritdoc/>
    public StorageError? CreateFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "create the folder", path);
        }
    }

    /// <inheritdoc/>
    public bool TryStat(string path, out FileStat stat)
    {
        stat = default;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                stat = new FileStat(0, 0, IsFolder: true);
                return Directory.Exists(path);
            }
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            stat = new FileStat(file.Length, file.LastWriteTimeUtc.Ticks, IsFolder: false);
            return true;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public StorageError? Delete(string path)
    {
        try
        {
            File.Delete(path);
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "delete", path);
        }
    }

    /// <inheritdoc/>
    public StorageError? Rename(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "rename", from);
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is ArgumentException || StorageErrors.IsFromDisk(e))
        {
            return long.MaxValue;
        }
    }

    /// <inheritdoc/>
    public void MarkExecutable(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            AddExecute(path);
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            // A file system without permissions is no reason to refuse the file.
        }
    }

    /// <summary>Whoever may read the file may run it, as the shell's umask-abiding <c>chmod +x</c> has it.</summary>
    [UnsupportedOSPlatform("windows")]
    private static void AddExecute(string path)
    {
        UnixFileMode mode = File.GetUnixFileMode(path);
        if (mode.HasFlag(UnixFileMode.UserRead)) mode |= UnixFileMode.UserExecute;
        if (mode.HasFlag(UnixFileMode.GroupRead)) mode |= UnixFileMode.GroupExecute;
        if (mode.HasFlag(UnixFileMode.OtherRead)) mode |= UnixFileMode.OtherExecute;
        File.SetUnixFileMode(path, mode);
    }
}
