namespace Shoal.Cli.Commands;

/// <summary>Writes a .torrent so that at its path there is always a whole one: the new, or the one before.</summary>
internal static class TorrentWriter
{
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
            throw new CliException(ExitCode.Disk, $"'{path}' cannot be written: {error.Message}", error);
        }
    }
}
