namespace Shoal.Clients;

/// <summary>Where the sources of this build lie, and the scripts that came with it.</summary>
public static class Checkout
{
    private static readonly Lazy<string> LazyRoot = new(FindRoot);

    public static string Root => LazyRoot.Value;

    /// <summary>The launcher that users start.</summary>
    public static string Launcher => Path.Combine(Root, "shoal");

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Shoal.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("This runs outside of a clone of the repository.");
    }
}
