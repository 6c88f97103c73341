using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// How much two peers should want each other
/// (<see href="https://www.bittorrent.org/beps/bep_0040.html">BEP 40</see>). Both compute the same number, and nobody
/// can choose addresses that win everywhere; when slots are short, the higher number stays.
/// </summary>
/// <remarks>
/// The CRC-32C is taken over both addresses, smaller first, after masking the bits that somebody with one network
/// could vary: the nearer the two are, the fewer bits are masked. Two peers at one address are told apart by port.
/// </remarks>
public static class CanonicalPriority
{
    private const int V4Bytes = 4;
    private const int V6Bytes = 16;
    private const byte Blurred = 0x55;

    /// <summary>The priority of a connection between two endpoints; the order of the two does not matter.</summary>
    public static uint Of(IPEndPoint one, IPEndPoint other)
    {
        Span<byte> a = stackalloc byte[V6Bytes];
        Span<byte> b = stackalloc byte[V6Bytes];
        int length = WriteAlike(one.Address, other.Address, a, b);
        a = a[..length];
        b = b[..length];
        if (a.SequenceEqual(b)) return OfPorts((ushort)one.Port, (ushort)other.Port);

        int kept = KeptBytes(a.CommonPrefixLength(b), length);
        foreach (ref byte value in a[kept..]) value &= Blurred;
        foreach (ref byte value in b[kept..]) value &= Blurred;

        bool swap = a.SequenceCompareTo(b) > 0;
        uint crc = Append(uint.MaxValue, swap ? b : a);
        return ~Append(crc, swap ? a : b);
    }

    /// <summary>Leading bytes that stay unmasked: /16, /24 or all for IPv4; /48, /56 or /64 for IPv6.</summary>
    private static int KeptBytes(int equalBytes, int length) => length == V4Bytes
        ? equalBytes switch { < 2 => 2, 2 => 3, _ => 4 }
        : equalBytes switch { < 6 => 6, 6 => 7, _ => 8 };

    private static uint OfPorts(ushort one, ushort other)
    {
        Span<byte> ports = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, Math.Min(one, other));
        BinaryPrimitives.WriteUInt16BigEndian(ports[2..], Math.Max(one, other));
        return ~Append(uint.MaxValue, ports);
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 4; bytes = bytes[4..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        return crc;
    }

    // Both as IPv4 when they are, else both as IPv6: an IPv4 address beside an IPv6 one is written in mapped form.
    private static int WriteAlike(IPAddress one, IPAddress other, Span<byte> a, Span<byte> b)
    {
        one = CompactEndPoints.Plain(one);
        other = CompactEndPoints.Plain(other);
        if (one.AddressFamily != other.AddressFamily)
        {
            one = one.MapToIPv6();
            other = other.MapToIPv6();
        }
        other.TryWriteBytes(b, out _);
        one.TryWriteBytes(a, out int length);
        return length;
    }
}
