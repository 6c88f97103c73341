using Shoal.Cli.Output;
using Shoal.Engine;

namespace Shoal.Cli.Commands;

/// <summary>What a user typed to name a torrent.</summary>
internal static class SourceText
{
    /// <summary>Tells what it is: a magnet link, a URL, an info-hash or the path of a file that exists.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    public static TorrentSource Parse(string text)
    {
        TorrentSource source;
        try
        {
            source = TorrentSource.Parse(text);
        }
        catch (Exception error) when (error is UriFormatException or ArgumentException)
        {
            throw CliException.Usage(
                $"'{SafeText.Clean(text)}' is no URL, magnet link, info-hash or path of a .torrent file.");
        }
        if (source is TorrentSource.File file) Check(file.Path);
        return source;
    }

    private static void Check(string path)
    {
        string shown = SafeText.Clean(path);
        if (Directory.Exists(path))
            throw CliException.Usage($"'{shown}' is a folder, not a .torrent file.");
        if (File.Exists(path)) return;
        bool looksLikePath = path.EndsWith(".torrent", StringComparison.OrdinalIgnoreCase)
            || path.Contains('/', StringComparison.Ordinal) || path.Contains(Path.DirectorySeparatorChar);
        throw new CliException(
            ExitCode.NotFound,
            looksLikePath
                ? $"There is no file '{shown}'."
                : $"There is no file '{shown}': give a magnet link, an info-hash, the path or URL of a .torrent file, "
                    + "or with --tracker a name in the catalogue of that tracker.");
    }
}
