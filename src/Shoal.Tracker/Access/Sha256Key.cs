using System.Security.Cryptography;

namespace Shoal.Tracker.Access;

/// <summary>The SHA-256 of a key, which has so many random bits that nothing slower is needed.</summary>
internal readonly record struct Sha256Key(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Hashes a key.</summary>
    public static Sha256Key Of(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return Read(hash);
    }

    /// <summary>Takes the 32 bytes of a hash.</summary>
    public static Sha256Key Read(ReadOnlySpan<byte> hash) => new(BitConverter.ToUInt64(hash),
        BitConverter.ToUInt64(hash[8..]), BitConverter.ToUInt64(hash[16..]), BitConverter.ToUInt64(hash[24..]));

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BitConverter.TryWriteBytes(hash, A);
        BitConverter.TryWriteBytes(hash[8..], B);
        BitConverter.TryWriteBytes(hash[16..], C);
        BitConverter.TryWriteBytes(hash[24..], D);
        return Convert.ToHexStringLower(hash);
    }
}
