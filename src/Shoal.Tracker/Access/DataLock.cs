namespace Shoal.Tracker.Access;

/// <summary>
/// Keeps a second tracker out of a data folder. The system releases it when the process ends, however it does.
/// </summary>
internal static class DataLock
{
    /// <summary>The name of the file in the data folder; it stays there, empty.</summary>
    public const string FileName = "tracker.lock";

    /// <summary>Takes the folder; disposing of what is returned gives it free.</summary>
    /// <exception cref="IOException">Another tracker has it, or the folder cannot be used.</exception>
    public static IDisposable Take(string folder)
    {
        OwnerFile.MakeFolder(folder);
        string path = Path.Combine(folder, FileName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The data folder '{folder}' cannot be used: another tracker runs on it, or {path} is not writable.",
                e);
        }
    }
}
