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

    /// <summary>A secret of this process alone.</summary>
    public static TrackerSecret Draw() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Reads the secret out of a data folder, or draws one and leaves it there for its owner only.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or is not what it should be.</exception>
    public static TrackerSecret Open(string folder)
    {
        OwnerFile.MakeFolder(folder);
        string path = Path.Combine(folder, FileName);
        try
        {
            byte[] bytes = RandomNumberGenerator.GetBytes(Length);
            using FileStream file = OwnerFile.Create(path, FileMode.CreateNew);
            file.Write(bytes);
            file.Flush(flushToDisk: true);
            return new TrackerSecret(bytes);
        }
        catch (IOException) when (File.Exists(path))
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length == Length) return new TrackerSecret(bytes);
            throw new IOException($"{path} is not the secret of a tracker: it has {bytes.Length} bytes, not {Length}; "
                + "remove it to have a new one drawn.");
        }
    }
}
