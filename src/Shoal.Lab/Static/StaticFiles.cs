using System.Globalization;

namespace Shoal.Lab.Static;

/// <summary>The names of everything that a static swarm keeps in its folder.</summary>
/// <param name="Folder">Path of it, full or from the current one.</param>
public sealed record StaticFiles(string Folder)
{
    /// <summary>Largest configuration file that is read; ten thousand peers fit into it many times.</summary>
    private const long MaxConfigBytes = 4 << 20;

    /// <summary>Settings that all peers share.</summary>
    public string Common => Path.Combine(Folder, "Common.cfg");

    /// <summary>Who takes part.</summary>
    public string PeerInfo => Path.Combine(Folder, "PeerInfo.cfg");

    /// <summary>Where a peer keeps its copy of the file.</summary>
    public string PeerFolder(long id) => Path.Combine(Folder, Number("peer_{0}", id));

    /// <summary>Where a peer tells what happened.</summary>
    public string Log(long id) => Path.Combine(Folder, Number("log_peer_{0}.log", id));

    /// <summary>The hashes of the pieces, as an ordinary .torrent.</summary>
    public string Torrent(string fileName) => Path.Combine(Folder, fileName + ".torrent");

    /// <summary>The lines of a configuration file.</summary>
    /// <exception cref="LabException">It is missing, or cannot be read.</exception>
    internal static string[] ReadLines(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxConfigBytes })
                throw new LabException($"{path} is too large for a configuration file.");
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LabException(
                $"There is no {path}: shoal lab setup makes one, or --dir names the folder that has it.", error)
            {
                IsNotFound = true,
            };
        }
    }

    private static string Number(string format, long id) => string.Format(CultureInfo.InvariantCulture, format, id);
}
