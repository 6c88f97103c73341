using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>
/// The program as <c>./install</c> leaves it with a user: native, for this machine's processor. It is put below
/// <c>artifacts/</c> and made anew when a source is newer.
/// </summary>
internal static class InstalledShoal
{
    // What the program is made from; the launcher looks at the same.
    private static readonly string[] Sources =
        ["src", "Directory.Build.props", "Directory.Packages.props", "global.json", "install"];

    /// <summary>The link that users have in their PATH.</summary>
    public static string Path => System.IO.Path.Combine(Prefix, "bin", "shoal");

    private static string Prefix => System.IO.Path.Combine(Checkout.Root, "artifacts", "installed");

    // Written when the installation began, so that an edit during it counts as newer.
    private static string Stamp => System.IO.Path.Combine(Prefix, "stamp");

    public static async Task InstallAsync(CancellationToken cancel)
    {
        if (IsFresh()) return;
        Directory.CreateDirectory(Prefix);
        DateTime begin = TimeProvider.System.GetUtcNow().UtcDateTime;
        var start = new System.Diagnostics.ProcessStartInfo(
            System.IO.Path.Combine(Checkout.Root, "install"), ["--native"]);
        start.Environment["PREFIX"] = Prefix;
        using var install = System.Diagnostics.Process.Start(start)!;
        await install.WaitForExitAsync(cancel);
        if (install.ExitCode != 0) throw new InvalidOperationException("./install failed.");
        await File.WriteAllTextAsync(Stamp, "", cancel);
        File.SetLastWriteTimeUtc(Stamp, begin);
    }

    private static bool IsFresh()
    {
        if (!File.Exists(Stamp) || !File.Exists(Path)) return false;
        DateTime made = File.GetLastWriteTimeUtc(Stamp);
        return Sources.Select(s => System.IO.Path.Combine(Checkout.Root, s)).All(source => IsOlder(source, made));
    }

    // Folders count too: removing a file changes only them.
    private static bool IsOlder(string path, DateTime than)
    {
        if (File.Exists(path)) return File.GetLastWriteTimeUtc(path) <= than;
        return Directory.GetLastWriteTimeUtc(path) <= than && new DirectoryInfo(path)
            .EnumerateFileSystemInfos("*", SearchOption.AllDirectories).All(entry => entry.LastWriteTimeUtc <= than);
    }
}
