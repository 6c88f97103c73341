using System.Security.Cryptography;

namespace Shoal.Tracker.Access;

/// <summary>
/// The secret of a tracker: from it come the connection ids of UDP and the tags that join a client's two addresses. It
/// rests in a file, so that a restart and other nodes with the same file understand what was given out before.
/// </summary>
internal sealed class TrackerSecret
{
    /// <summary>The name of the file in the data folder.</summary>
    public const string FileName = "tracker.secret";

    private const int Length = 2 * SipHash.KeyLength;

    private TrackerSecret(ReadOnlySpan<byte> bytes)
    {
        Connections = new SipHash(bytes);
        Identities = new SipHash(bytes[SipHash.KeyLength..]);
    }

    /// <summary>For connection ids.</summary>
    public SipHash Connections { get; }

    /// <summary>For the tags of clients.</summary>
    public SipHash Identities { get; }

    /// <summary>The bytes of a secret that nobody has yet.</summary>
    public static byte[] DrawBytes() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>A secret of this process alone.</summary>
    public static TrackerSecret Draw() => new(DrawBytes());

    /// <summary>A secret that came from elsewhere; null when it cannot be one.</summary>
    public static TrackerSecret? Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length ? new TrackerSecret(bytes) : null;

    /// <summary>Reads the secret out of a data folder, or draws one and leaves it there for its owner only.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or is not what it should be.</exception>
    public static TrackerSecret Open(string folder) => new(OpenBytes(folder));

    /// <summary>As <see cref="Open"/>, for who has to hand the bytes on.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or is not what it should be.</exception>
    public static byte[] OpenBytes(string folder)
    {
        OwnerFile.MakeFolder(folder);
        string path = Path.Combine(folder, FileName);
        try
        {
            byte[] bytes = DrawBytes();
            using FileStream file = OwnerFile.Create(path, FileMode.CreateNew);
            file.Write(bytes);
            file.Flush(flushToDisk: true);
            return bytes;
        }
        catch (IOException) when (File.Exists(path))
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length == Length) return bytes;
            throw new IOException($"{path} is not the secret of a tracker: it has {bytes.Length} bytes, not {Length}; "
                + "remove it to have a new one drawn.");
        }
    }
}
