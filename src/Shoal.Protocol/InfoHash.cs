using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Shoal.Protocol;

/// <summary>
/// The 20 bytes by which the wire, trackers and the DHT name a torrent: the SHA-1 of a v1 info dictionary
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>) or the first 20 bytes of the SHA-256 of a
/// v2 one (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>).
/// </summary>
public readonly record struct InfoHash
{
    /// <summary>Bytes in an info-hash.</summary>
    public const int Length = 20;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <summary>Reads the hash from its 20 raw bytes.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly 20 bytes.</exception>
    public InfoHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"An info-hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The info-hash of a v1 info dictionary, from its raw bencoded bytes.</summary>
    public static InfoHash OfV1(ReadOnlySpan<byte> rawInfo)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(rawInfo, hash);
        return new InfoHash(hash);
    }

    /// <summary>Writes the 20 raw bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <summary>The 20 raw bytes as a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads 40 hexadecimal digits of either case.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, [MaybeNullWhen(false)] out InfoHash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool valid = hex.Length == Length * 2
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = valid ? new InfoHash(bytes) : default;
        return valid;
    }

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
