namespace Shoal.Clients;

/// <summary>Files to move: the same bytes for the same seed, and nothing that could be compressed.</summary>
public static class SampleContent
{
    /// <summary>One file that is no multiple of a block or piece. Returns its path.</summary>
    public static string SingleFile(string parent, int length = 3_000_001)
    {
        string path = Path.Combine(parent, "single file.bin");
        Write(path, length, seed: 1);
        return path;
    }

    /// <summary>A folder with folders in it, empty files, and names from several scripts. Returns its path.</summary>
    public static string NestedFolder(string parent)
    {
        string root = Path.Combine(parent, "a folder, déjà vu");
        Write(Path.Combine(root, "one.bin"), 1_234_567, seed: 2);
        Write(Path.Combine(root, "empty.txt"), 0, seed: 3);
        Write(Path.Combine(root, "deep", "er", "still", "two.bin"), 777_777, seed: 4);
        Write(Path.Combine(root, "deep", "er", "nothing"), 0, seed: 5);
        Write(Path.Combine(root, "名前", "файл № 1 🐟.dat"), 100_000, seed: 6);
        Write(Path.Combine(root, "tiny", "1"), 1, seed: 7);
        Write(Path.Combine(root, "z last.bin"), 65_536, seed: 8);
        return root;
    }

    public static void Write(string path, long length, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed);
        byte[] chunk = new byte[1024 * 1024];
        using FileStream file = File.Create(path);
        for (long left = length; left > 0; left -= chunk.Length)
        {
            random.NextBytes(chunk);
            file.Write(chunk, 0, (int)Math.Min(left, chunk.Length));
        }
    }

    /// <summary>What differs between a file or folder and its copy of the same name in another folder.</summary>
    /// <param name="original">The file or folder.</param>
    /// <param name="copyParent">The folder that should hold a copy of it under the same name.</param>
    /// <param name="withEmptyFiles">False to take it as it is that files without bytes were not made.</param>
    /// <returns>One sentence a difference; empty when each file is there byte for byte and nothing else is.</returns>
    public static IReadOnlyList<string> Differences(string original, string copyParent, bool withEmptyFiles = true)
    {
        string parent = Path.GetDirectoryName(original)!;
        var expected = Files(original, parent);
        var found = Files(Path.Combine(copyParent, Path.GetFileName(original)), copyParent);
        if (!withEmptyFiles) expected.RemoveWhere(f => new FileInfo(Path.Combine(parent, f)).Length == 0);
        List<string> differences = [];
        differences.AddRange(expected.Except(found).Select(f => $"{f} is missing"));
        differences.AddRange(found.Except(expected).Where(f => !IsPadding(f)).Select(f => $"{f} should not be there"));
        differences.AddRange(expected.Intersect(found)
            .Where(f => !Same(Path.Combine(parent, f), Path.Combine(copyParent, f)))
            .Select(f => $"{f} has other bytes"));
        return differences;
    }

    // Clients that know nothing of padding files (BEP 47) write them out.
    private static bool IsPadding(string path) => path.Contains("/.pad/", StringComparison.Ordinal);

    private static HashSet<string> Files(string path, string parent)
    {
        IEnumerable<string> files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            : [];
        return [.. files.Select(f => Path.GetRelativePath(parent, f))];
    }

    private static bool Same(string one, string other)
    {
        using FileStream a = File.OpenRead(one), b = File.OpenRead(other);
        if (a.Length != b.Length) return false;
        byte[] left = new byte[1024 * 1024], right = new byte[left.Length];
        while (true)
        {
            int read = a.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            b.ReadExactly(right, 0, read);
            if (!left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read))) return false;
            if (read < left.Length) return true;
        }
    }
}
