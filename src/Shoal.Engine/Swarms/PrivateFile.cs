using System.Runtime.Versioning;

namespace Shoal.Engine.Swarms;

/// <summary>Files that hold secrets: only their owner may read them, from the moment they exist.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Writes a file whole or not at all, in place of what is there.</summary>
    /// <exception cref="TorrentException">The disk refuses.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + ".new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            // On Windows a profile's folders are their owner's already.
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            File.Delete(temporary);
            using (var file = new FileStream(temporary, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorrentException(TorrentError.Disk, $"Cannot write '{path}': {e.Message}", e);
        }
    }

    /// <summary>Makes a folder that only its owner may enter, and those above it.</summary>
    /// <exception cref="TorrentException">The disk refuses.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorrentException(TorrentError.Disk, $"Cannot make the folder '{path}': {e.Message}", e);
        }
    }

    /// <summary>Reads a file of at most so many bytes.</summary>
    /// <exception cref="TorrentException">There is none, it is larger, or it cannot be read.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new TorrentException(TorrentError.NotFound, $"There is no file '{path}'.");
            if (file.Length > maxBytes)
                throw new TorrentException(
                    TorrentError.InvalidInput, $"'{path}' has {file.Length} bytes; it may have {maxBytes}.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorrentException(TorrentError.Disk, $"Cannot read '{path}': {e.Message}", e);
        }
    }

    /// <summary>Refuses a secret that others can read.</summary>
    /// <exception cref="TorrentException">They can.</exception>
    public static void RequireOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path) || (ModeOf(path) & Others) == 0) return;
        throw new TorrentException(
            TorrentError.InvalidInput, $"Others can read '{path}', which holds a key: take that away (chmod 600).");
    }

    [UnsupportedOSPlatform("windows")]
    private static UnixFileMode ModeOf(string path) => File.GetUnixFileMode(path);
}
