using Shoal.Cli.Output;

namespace Shoal.Cli.Commands;

/// <summary>A file or folder that a user wants to share.</summary>
/// <param name="FullPath">Where it is.</param>
/// <param name="Name">Its own name, which becomes that of the torrent.</param>
/// <param name="Parent">The folder it lies in.</param>
internal sealed record ContentPath(string FullPath, string Name, string Parent)
{
    /// <summary>Looks for what a user typed.</summary>
    /// <param name="path">As typed.</param>
    /// <param name="directory">The folder that a relative path begins in.</param>
    /// <exception cref="CliException">There is nothing, or it is the root of a file system.</exception>
    public static ContentPath Find(string path, string directory)
    {
        if (path.Length == 0) throw CliException.Usage("PATH is empty: name a file or folder.");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, directory));
        string name = Path.GetFileName(full);
        string? parent = Path.GetDirectoryName(full);
        if (!Path.Exists(full))
            throw new CliException(ExitCode.NotFound, $"There is no file or folder '{SafeText.Clean(path)}'.");
        if (name.Length == 0 || parent is null)
            throw CliException.Usage($"'{SafeText.Clean(path)}' has no name of its own: share a folder inside it.");
        return new ContentPath(full, name, parent);
    }

    /// <summary>Bytes of all files in it; what cannot be read counts nothing, hashing will tell.</summary>
    public long Measure()
    {
        if (File.Exists(FullPath)) return new FileInfo(FullPath).Length;
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        return new DirectoryInfo(FullPath).EnumerateFiles("*", all).Sum(f => f.Length);
    }
}
