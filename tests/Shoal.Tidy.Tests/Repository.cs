using System.Diagnostics;

namespace Shoal.Tidy.Tests;

/// <summary>The files of this repository that are tracked, or would be at the next <c>git add</c>.</summary>
public sealed class Repository
{
    private static readonly Lazy<Repository> Instance = new(Read);

    private Repository(string root, IReadOnlyList<SourceFile> files)
    {
        Root = root;
        Files = files;
    }

    public static Repository Here => Instance.Value;

    public string Root { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    public IEnumerable<SourceFile> CSharp => Files.Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal));

    public IEnumerable<SourceFile> Under(string folder) =>
        CSharp.Where(f => f.Path.StartsWith(folder + "/", StringComparison.Ordinal));

    private static Repository Read()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Shoal.slnx")))
        {
            root = Path.GetDirectoryName(root)
                ?? throw new InvalidOperationException("The tests run outside of a clone of the repository.");
        }

        var files = Git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Distinct()
            .Where(path => File.Exists(Path.Combine(root, path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllBytes(Path.Combine(root, path))))
            .ToList();
        return new Repository(root, files);
    }

    private static string Git(string root, params string[] arguments)
    {
        // A clone that belongs to another user is read all the same: nothing in it is run.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "-C", root, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new InvalidOperationException("git ls-files failed.");
    }
}
