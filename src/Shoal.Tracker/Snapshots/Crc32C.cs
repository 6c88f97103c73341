using System.Numerics;
using System.Runtime.InteropServices;

namespace Shoal.Tracker.Snapshots;

/// <summary>
/// The checksum CRC-32C (<see href="https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4">RFC 3720</see>).
/// </summary>
internal static class Crc32C
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (byte b in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
