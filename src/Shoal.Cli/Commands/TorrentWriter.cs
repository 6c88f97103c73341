using Shoal.Cli.Output;

namespace Shoal.Cli.Commands;

/// <summary>Writes a .torrent so that at its path there is always a whole one: the new, or the one before.</summary>
internal static class TorrentWriter
{
    /// <summary>Where a .torrent goes: to a file, or into a folder under the name of its content.</summary>
    /// <exception cref="CliException">There is no folder to write to; better told before hours of hashing.</exception>
    public static string Target(string path, string name)
    {
        if (Directory.Exists(path)) return Path.Combine(path, name + ".torrent");
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is null || Directory.Exists(folder)) return path;
        throw new CliException(
            ExitCode.NotFound, $"There is no folder '{SafeText.Clean(folder)}' to write the .torrent to.");
    }

    /// <summary>Writes the file and returns its full path.</summary>
    public static string Write(string path, ReadOnlySpan<byte> bytes)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
            return full;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            string shown = SafeText.Clean(path);
            throw new CliException(ExitCode.Disk, $"'{shown}' cannot be written: {error.Message}", error);
        }
    }
}
