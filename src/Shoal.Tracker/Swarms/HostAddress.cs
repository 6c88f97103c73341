using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Shoal.Protocol.Addresses;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// An address as sixteen bytes without an object: IPv4 addresses in their mapped form (::ffff:a.b.c.d), so that one
/// host has one value however its packets came in. The default value is no address.
/// </summary>
/// <param name="High">The first eight bytes, big-endian.</param>
/// <param name="Low">The last eight bytes, big-endian.</param>
internal readonly record struct HostAddress(ulong High, ulong Low)
{
    /// <summary>Bytes of the written form.</summary>
    public const int Length = 16;

    private const ulong MappedPrefix = 0xffff;
    private const int V4Bits = 32;

    /// <summary>An IPv4 address from its four bytes as a number.</summary>
    public HostAddress(uint v4) : this(0, MappedPrefix << V4Bits | v4)
    {
    }

    /// <summary>Takes the address out of its object.</summary>
    public HostAddress(IPAddress address) : this(0, 0)
    {
        Span<byte> bytes = stackalloc byte[Length];
        address.TryWriteBytes(bytes, out int length);
        this = length == sizeof(uint)
            ? new HostAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Read(bytes);
    }

    /// <summary>True for IPv4, mapped or not.</summary>
    public bool IsV4 => High == 0 && Low >> V4Bits == MappedPrefix;

    /// <summary>The four bytes of an IPv4 address as a number.</summary>
    public uint V4 => (uint)Low;

    /// <summary>True when there is no address here.</summary>
    public bool IsNone => High == 0 && Low == 0;

    /// <summary>How far the address reaches.</summary>
    public AddressScope Scope
    {
        get
        {
            if (IsV4) return AddressScopes.ScopeOfV4(V4);
            Span<byte> bytes = stackalloc byte[Length];
            Write(bytes);
            return AddressScopes.ScopeOfV6(bytes);
        }
    }

    /// <summary>Takes sixteen bytes in network order.</summary>
    public static HostAddress Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Puts down sixteen bytes in network order.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>True when both belong to one host as others see it: one IPv4 address, one IPv6 /64.</summary>
    public bool IsSameHost(HostAddress other) => IsV4 ? Low == other.Low && High == other.High : High == other.High;

    /// <summary>The address as an object, IPv4 as IPv4.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes);
        return new IPAddress(IsV4 ? bytes[12..] : bytes);
    }

    /// <summary>What <see cref="IPAddress"/> makes of it.</summary>
    public override string ToString() => ToIPAddress().ToString();

    /// <summary>The family whose rows hold the address.</summary>
    public AddressFamily Family => IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
}
