using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;

namespace Shoal.Storage.Creation;

/// <summary>
/// The files below a path that are to become a torrent: all of them, hidden ones too, in the order of
/// <see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>. Links are left out, since nobody would
/// create them; the path itself may be one. What cannot be read fails the whole scan.
/// </summary>
public sealed class ContentScan
{
    private ContentScan(string name, bool isSingleFile, ImmutableArray<ContentFile> files, int skippedLinks)
    {
        Name = name;
        IsSingleFile = isSingleFile;
        Files = files;
        SkippedLinks = skippedLinks;
        foreach (ContentFile file in files) TotalLength += file.Length;
    }

    /// <summary>Name of the file or folder.</summary>
    public string Name { get; }

    /// <summary>True when the path is a file.</summary>
    public bool IsSingleFile { get; }

    /// <summary>The files, sorted.</summary>
    public ImmutableArray<ContentFile> Files { get; }

    /// <summary>Bytes of all files; never 0.</summary>
    public long TotalLength { get; }

    /// <summary>Number of links to files or folders that were left out.</summary>
    public int SkippedLinks { get; }

    /// <summary>Looks at a file, or at all files below a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="cancellation">Ends the scan of a large folder.</param>
    /// <param name="scan">What was found, or null when there is an error.</param>
    /// <exception cref="OperationCanceledException">The scan was cancelled.</exception>
    public static StorageError? Of(string path, CancellationToken cancellation, out ContentScan? scan)
    {
        scan = null;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            var found = new List<ContentFile>();
            int links = 0;
            bool isFile = File.Exists(full);
            if (isFile) found.Add(FileAt(new FileInfo(full), []));
            else if (Directory.Exists(full)) links = Walk(new DirectoryInfo(full), found, cancellation);
            else return new StorageError(StorageFault.Missing, $"'{full}' does not exist.");
            if (Objection(full, found) is { } error) return error;
            found.Sort((a, b) => TorrentPathOrder.Instance.Compare(a.Path, b.Path));
            scan = new ContentScan(Path.GetFileName(full), isFile, [.. found], links);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "read", full);
        }
    }

    /// <summary>Collects the files below a folder and returns the number of links among them.</summary>
    private static int Walk(DirectoryInfo root, List<ContentFile> found, CancellationToken cancellation)
    {
        int links = 0;
        var left = new Stack<(DirectoryInfo Folder, ImmutableArray<string> Path)>();
        left.Push((root, []));
        while (left.TryPop(out (DirectoryInfo Folder, ImmutableArray<string> Path) next))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (FileSystemInfo entry in next.Folder.EnumerateFileSystemInfos())
            {
                if (entry.LinkTarget is not null) links++;
                else if (entry is DirectoryInfo folder) left.Push((folder, next.Path.Add(entry.Name)));
                else found.Add(FileAt((FileInfo)entry, next.Path));
            }
        }
        return links;
    }

    private static ContentFile FileAt(FileInfo file, ImmutableArray<string> folder)
    {
        FileInfo target = file.LinkTarget is not null && file.ResolveLinkTarget(true) is FileInfo final ? final : file;
        bool isExecutable = !OperatingSystem.IsWindows() && target.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
        return new ContentFile(
            folder.Add(file.Name), file.FullName, target.Length, target.LastWriteTimeUtc.Ticks, isExecutable);
    }

    private static StorageError? Objection(string full, List<ContentFile> found)
    {
        if (Path.GetFileName(full).Length == 0)
            return new StorageError(StorageFault.Other, $"'{full}' has no name of its own. Name a folder in it.");
        if (found.TrueForAll(file => file.Length == 0))
        {
            // Torrents list hashes of pieces; other clients too refuse one without any.
            string what = found.Count == 0
                ? "has no files in it: there is nothing to share."
                : "holds only files of 0 bytes, which a torrent can carry only beside other files. "
                    + "Add a file that is not empty, or share an archive of it.";
            return new StorageError(StorageFault.Other, $"'{full}' {what}");
        }
        foreach (ContentFile file in found)
        {
            // A name that is no text reads as U+FFFD, under which the file is not found again.
            bool isText = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(file.FullPath)) == file.FullPath
                && (!file.FullPath.Contains('\ufffd', StringComparison.Ordinal) || File.Exists(file.FullPath));
            if (!isText)
                return new StorageError(StorageFault.Other, string.Create(
                    CultureInfo.InvariantCulture, $"The name of '{file.FullPath}' is not valid UTF-8. Rename it."));
        }
        return null;
    }
}
