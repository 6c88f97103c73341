namespace Shoal.Tracker.Api;

/// <summary>Files that are part of the program.</summary>
internal static class EmbeddedFile
{
    /// <summary>The bytes of one.</summary>
    public static byte[] Read(string name)
    {
        using Stream stream = typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of this build.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
