namespace Shoal.Clients;

/// <summary>A folder that is there until it is disposed of.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <param name="parent">Where to make it; null means the system's place for such folders.</param>
    public TemporaryFolder(string? parent = null)
    {
        Path = System.IO.Path.Combine(
            parent ?? System.IO.Path.GetTempPath(), "shoal-" + System.IO.Path.GetRandomFileName());
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Folder(string name) => Directory.CreateDirectory(File(name)).FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // A test may have removed it itself.
        }
    }
}
