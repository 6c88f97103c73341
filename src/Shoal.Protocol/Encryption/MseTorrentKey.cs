using System.Security.Cryptography;

namespace Shoal.Protocol.Encryption;

/// <summary>
/// The name under which an encrypted handshake asks for a torrent: the SHA-1 of "req2" and the info-hash. It is the
/// same for every connection, so who has many torrents looks it up in a table.
/// </summary>
public readonly record struct MseTorrentKey
{
    private readonly InfoHash _hash;

    private MseTorrentKey(ReadOnlySpan<byte> hash) => _hash = new InfoHash(hash);

    /// <summary>The name of a torrent.</summary>
    public static MseTorrentKey Of(InfoHash infoHash)
    {
        Span<byte> named = stackalloc byte[4 + InfoHash.Length];
        "req2"u8.CopyTo(named);
        infoHash.CopyTo(named[4..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(named, hash);
        return new MseTorrentKey(hash);
    }

    /// <summary>Reads the name that a connection masked with a hash of its secret.</summary>
    internal static MseTorrentKey Unmask(ReadOnlySpan<byte> masked, ReadOnlySpan<byte> mask)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Xor(masked, mask, hash);
        return new MseTorrentKey(hash);
    }

    /// <summary>Writes the name, masked, to the start of <paramref name="destination"/>.</summary>
    internal void Mask(ReadOnlySpan<byte> mask, Span<byte> destination)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        _hash.CopyTo(hash);
        Xor(hash, mask, destination);
    }

    private static void Xor(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result)
    {
        for (int i = 0; i < SHA1.HashSizeInBytes; i++) result[i] = (byte)(left[i] ^ right[i]);
    }
}
