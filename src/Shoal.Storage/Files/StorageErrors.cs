namespace Shoal.Storage.Files;

/// <summary>
/// Reads the exceptions of the base class library as values. On Unix the number of an <see cref="IOException"/> is
/// the bare errno, on Windows it is 0x8007 and the Win32 code.
/// </summary>
internal static class StorageErrors
{
    /// <summary>True for the exceptions that a file operation throws for reasons outside the program.</summary>
    public static bool IsFromDisk(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException
            or NotSupportedException or System.Security.SecurityException;

    /// <summary>The error for an exception that <paramref name="action"/> ("read", "write") on a path threw.</summary>
    public static StorageError Of(Exception exception, string action, string path)
    {
        StorageFault kind = KindOf(exception);
        string why = kind switch
        {
            StorageFault.DiskFull => "the disk is full or the quota is used up. Free some space and start again.",
            StorageFault.ReadOnly => "the file system is read-only. Choose another folder.",
            StorageFault.Denied => "permission denied. Check who owns it or choose another folder.",
            StorageFault.Missing => "it does not exist.",
            StorageFault.Locked => "another process has it open for itself. Stop that one first.",
            StorageFault.TooLarge => "the file system cannot hold a file of that size. Choose another disk.",
            StorageFault.TooManyOpen => "too many files are open. Raise the limit of the process (ulimit -n).",
            _ => exception.Message,
        };
        return new StorageError(kind, $"Cannot {action} '{path}': {why}");
    }

    /// <summary>The error for bytes that a file should have and has not.</summary>
    public static StorageError TooShort(string path, long end) => new(
        StorageFault.Missing, $"Cannot read '{path}': it ends before byte {end}. Check the files again.");

    private static StorageFault KindOf(Exception exception)
    {
        if (exception is FileNotFoundException or DirectoryNotFoundException) return StorageFault.Missing;
        if (exception is UnauthorizedAccessException or System.Security.SecurityException) return StorageFault.Denied;
        if (exception is ArgumentOutOfRangeException) return StorageFault.TooLarge;
        if (exception is not IOException) return StorageFault.Other;
        return OperatingSystem.IsWindows() ? OfWin32(exception.HResult & 0xffff) : OfErrno(exception.HResult);
    }

    private static StorageFault OfWin32(int code) => code switch
    {
        0x70 or 0x27 => StorageFault.DiskFull,
        0x13 => StorageFault.ReadOnly,
        0x20 or 0x21 => StorageFault.Locked,
        0xdf => StorageFault.TooLarge,
        0x04 => StorageFault.TooManyOpen,
        _ => StorageFault.Other,
    };

    private static StorageFault OfErrno(int code) => code switch
    {
        28 => StorageFault.DiskFull,
        69 when OperatingSystem.IsMacOS() => StorageFault.DiskFull,
        122 when OperatingSystem.IsLinux() => StorageFault.DiskFull,
        30 => StorageFault.ReadOnly,
        11 when OperatingSystem.IsLinux() => StorageFault.Locked,
        35 when !OperatingSystem.IsLinux() => StorageFault.Locked,
        27 => StorageFault.TooLarge,
        23 or 24 => StorageFault.TooManyOpen,
        _ => StorageFault.Other,
    };
}
