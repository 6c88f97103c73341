using System.Collections.Immutable;
using Shoal.Protocol.Torrents;

namespace Shoal.Storage.Layout;

/// <summary>
/// Gives every file of a torrent a path of its own under the root name. Two paths that some file system takes for the
/// same, and a file where another file needs a folder, get a number; which one keeps the plain name follows from the
/// order of the torrent alone.
/// </summary>
internal sealed class PathPlan
{
    /// <summary>Files that may want the same name before the torrent is refused; libtorrent's limit.</summary>
    private const int MaxDuplicates = 500;

    private readonly string _root;
    private readonly Dictionary<string, string> _forms = [];
    private readonly HashSet<string> _folders = [];
    private readonly HashSet<string> _taken = [];

    private PathPlan(string root) => _root = root;

    /// <summary>Paths by file number with the separator of this system; null for padding and links.</summary>
    public static StorageError? Make(string root, TorrentInfo info, out string?[] paths)
    {
        paths = new string?[info.Files.Length];
        var plan = new PathPlan(root);
        var safe = new string[info.Files.Length][];
        for (int i = 0; i < safe.Length; i++)
        {
            TorrentFile file = info.Files[i];
            if (file.IsPadding || file.SymlinkTarget is not null) continue;
            safe[i] = info.IsSingleFile ? [root] : plan.Elements(file.Path);
            plan.NoteFolders(safe[i]);
        }
        for (int i = 0; i < safe.Length; i++)
        {
            if (safe[i] is null) continue;
            paths[i] = plan.Claim(safe[i]);
            if (paths[i] is null)
                return new StorageError(StorageFault.Other,
                    $"More than {MaxDuplicates} files of the torrent have the name '{safe[i][^1]}'.");
        }
        return null;
    }

    private string[] Elements(ImmutableArray<string> path)
    {
        var elements = new List<string>(path.Length + 1) { _root };
        foreach (string element in path)
        {
            string name = SafeName.Of(element);
            if (name.Length > 0) elements.Add(name);
        }
        if (elements.Count == 1) elements.Add("_");
        return [.. elements];
    }

    private void NoteFolders(string[] elements)
    {
        string key = "";
        foreach (string element in elements.AsSpan(0, elements.Length - 1))
        {
            key = key + "/" + Form(element);
            _folders.Add(key);
        }
    }

    private string? Claim(string[] elements)
    {
        string name = elements[^1];
        string folder = "";
        foreach (string element in elements.AsSpan(0, elements.Length - 1)) folder = folder + "/" + Form(element);
        for (int number = 0; number <= MaxDuplicates; number++)
        {
            elements[^1] = number == 0 ? name : SafeName.Numbered(name, number);
            string key = folder + "/" + CanonicalForm.Of(elements[^1]);
            if (!_folders.Contains(key) && _taken.Add(key)) return Path.Join(elements);
        }
        return null;
    }

    private string Form(string element)
    {
        if (_forms.TryGetValue(element, out string? form)) return form;
        return _forms[element] = CanonicalForm.Of(element);
    }
}
