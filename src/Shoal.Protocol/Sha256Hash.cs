using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Shoal.Protocol;

/// <summary>
/// A SHA-256 value: a full v2 info-hash, the root of a file's merkle tree or one node of it
/// (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>).
/// </summary>
public readonly record struct Sha256Hash
{
    /// <summary>Bytes in a SHA-256 value.</summary>
    public const int Length = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Reads the value from its 32 raw bytes.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly 32 bytes.</exception>
    public Sha256Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A SHA-256 value has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>True for 32 zero bytes, which BEP 52 uses for leaves past the end of a file and nothing else.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The 20 bytes that stand for this hash where the wire has room for no more.</summary>
    public InfoHash Truncated
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Length];
            CopyTo(bytes);
            return new InfoHash(bytes[..InfoHash.Length]);
        }
    }

    /// <summary>The SHA-256 of <paramref name="data"/>.</summary>
    public static Sha256Hash Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(data, hash);
        return new Sha256Hash(hash);
    }

    /// <summary>The parent of two tree nodes: SHA-256 over the left and then the right one.</summary>
    public static Sha256Hash OfPair(Sha256Hash left, Sha256Hash right)
    {
        Span<byte> pair = stackalloc byte[2 * Length];
        left.CopyTo(pair);
        right.CopyTo(pair[Length..]);
        return Of(pair);
    }

    /// <summary>Writes the 32 raw bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 raw bytes as a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out Sha256Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool valid = hex.Length == Length * 2
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = valid ? new Sha256Hash(bytes) : default;
        return valid;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
