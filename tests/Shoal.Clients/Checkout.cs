namespace Shoal.Clients;

/// <summary>Where the sources of this build lie, and the scripts that came with it.</summary>
public static class Checkout
{
    private static readonly Lazy<string> LazyRoot = new(FindRoot);

    public static string Root => LazyRoot.Value;

    /// <summary>
    /// The program under test: the launcher of this clone, which users start, unless <c>SHOAL_PROGRAM</c> names another
    /// form of it, such as the one that <c>./install</c> makes.
    /// </summary>
    public static string Program => Environment.GetEnvironmentVariable("SHOAL_PROGRAM") is { Length: > 0 } other
        ? other
        : Path.Combine(Root, "shoal");

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Shoal.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("This runs outside of a clone of the repository.");
    }
}
