namespace Shoal.Tracker.Access;

/// <summary>Files that only their owner may read.</summary>
internal static class OwnerFile
{
    /// <summary>Opens a file for writing that is the owner's alone from its first moment.</summary>
    public static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read };
        // Windows has no such mode; there the folder's access list decides.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Makes a folder that is the owner's alone, unless it is there already.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void MakeFolder(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The data folder '{path}' cannot be made: {e.Message}", e);
        }
    }

    /// <summary>
    /// Puts a whole file in the place of another, which stays complete until the new one is on disk.
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".new";
        using (FileStream file = Create(temporary, FileMode.Create))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
