using Shoal.Storage.Files;

namespace Shoal.Storage.Layout;

/// <summary>
/// Keeps paths inside the download folder: by their text, and against links that lie in the folder and lead out of
/// it. The folder itself may be a link, since the user named it.
/// </summary>
internal sealed class PathGuard
{
    /// <summary>Links followed before a path counts as a loop; Linux stops at 40 too.</summary>
    private const int MaxLinks = 40;

    private readonly IFileSystem _files;
    private readonly string _root;
    private readonly string _realRoot;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _inside = [];

    public PathGuard(IFileSystem files, string root)
    {
        _files = files;
        _root = root;
        _realRoot = Resolve(root) ?? root;
    }

    /// <summary>The absolute path of a file, or the reason why it must not be touched.</summary>
    public StorageError? Check(string relative, out string path)
    {
        path = Path.GetFullPath(Path.Combine(_root, relative));
        if (!IsUnder(path, _root)) return Refuse(path, "it is not inside the download folder");
        string? folder = Path.GetDirectoryName(path);
        if (_files.ReadLink(path) is null && folder is not null && IsKnown(folder)) return null;
        string? real = Resolve(path);
        if (real is null) return Refuse(path, "its links form a loop");
        if (!IsUnder(real, _realRoot)) return Refuse(path, $"a link leads to '{real}', outside the download folder");
        if (folder is not null)
            lock (_gate) _inside.Add(folder);
        return null;
    }

    private bool IsKnown(string folder)
    {
        lock (_gate) return _inside.Contains(folder);
    }

    private static StorageError Refuse(string path, string why) =>
        new(StorageFault.Denied, $"'{path}' is not opened: {why}.");

    private static bool IsUnder(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal)
        && (root.EndsWith(Path.DirectorySeparatorChar)
            || (path.Length > root.Length && path[root.Length] == Path.DirectorySeparatorChar));

    /// <summary>The path with every link in it replaced by its target; null when that does not end.</summary>
    private string? Resolve(string path)
    {
        int links = 0;
        string root = Path.GetPathRoot(path) ?? "";
        var left = new Stack<string>(Split(path[root.Length..]).Reverse());
        string real = root;
        while (left.TryPop(out string? element))
        {
            if (element is "..")
            {
                real = Path.GetDirectoryName(real) ?? root;
                continue;
            }
            string next = Path.Combine(real, element);
            string? target = _files.ReadLink(next);
            if (target is null)
            {
                real = next;
                continue;
            }
            if (++links > MaxLinks) return null;
            if (Path.IsPathFullyQualified(target)) real = root = Path.GetPathRoot(target) ?? "";
            foreach (string part in Split(target[(Path.GetPathRoot(target) ?? "").Length..]).Reverse()) left.Push(part);
        }
        return real;
    }

    /// <summary>The elements of a path; "." stands for nothing, ".." is left to be walked.</summary>
    private static IEnumerable<string> Split(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
            .Where(element => element != ".");
}
