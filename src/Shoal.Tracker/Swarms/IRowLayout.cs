using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Shoal.Protocol.Addresses;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// How the peers of one address family lie in a swarm's block. IPv4 rows begin at its start, IPv6 rows at its end, and
/// they grow towards each other, so that either family can take all of the room.
/// <code>
/// IPv4 row   0 address (4)    4 port (2)   6 tick (1)   7 flags (1)   8 tag (2)
/// IPv6 row   0 address (16)  16 port (2)  18 tick (1)  19 flags (1)  20 tag (2)
/// </code>
/// The first bytes are what goes into a reply. The tick tells when the peer was last heard of, and the tag, of its
/// secret session key, joins the two rows of a peer with both families.
/// </summary>
internal interface IRowLayout
{
    /// <summary>Bytes of a row.</summary>
    static abstract int Stride { get; }

    /// <summary>Bytes of a peer in a reply, which a row begins with.</summary>
    static abstract int WireLength { get; }

    /// <summary>Where a row begins in a block of so many bytes.</summary>
    static abstract int Offset(int index, int blockLength);

    /// <summary>True when both rows name the same address and port.</summary>
    static abstract bool IsSamePeer(ref byte row, ref byte other);

    /// <summary>Copies what goes into a reply.</summary>
    static abstract void CopyWire(ref byte row, ref byte destination);

    /// <summary>The bytes that are the same for all peers of one host: IPv4 address, IPv6 /64.</summary>
    static abstract ulong Host(ref byte row);

    /// <summary>How far the address of a row reaches.</summary>
    static abstract AddressScope Scope(ref byte row);
}

/// <summary>IPv4 rows.</summary>
internal readonly struct RowLayout4 : IRowLayout
{
    public static int Stride => 10;

    public static int WireLength => 6;

    public static int Offset(int index, int blockLength) => index * Stride;

    public static bool IsSamePeer(ref byte row, ref byte other) =>
        Unsafe.ReadUnaligned<uint>(ref row) == Unsafe.ReadUnaligned<uint>(ref other)
        && Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref row, 4))
            == Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref other, 4));

    public static void CopyWire(ref byte row, ref byte destination)
    {
        Unsafe.WriteUnaligned(ref destination, Unsafe.ReadUnaligned<uint>(ref row));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, 4),
            Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref row, 4)));
    }

    public static ulong Host(ref byte row) => Unsafe.ReadUnaligned<uint>(ref row);

    public static AddressScope Scope(ref byte row) => AddressScopes.ScopeOfV4(
        BinaryPrimitives.ReadUInt32BigEndian(MemoryMarshal.CreateReadOnlySpan(ref row, sizeof(uint))));
}

/// <summary>IPv6 rows.</summary>
internal readonly struct RowLayout6 : IRowLayout
{
    public static int Stride => 22;

    public static int WireLength => 18;

    public static int Offset(int index, int blockLength) => blockLength - (index + 1) * Stride;

    public static bool IsSamePeer(ref byte row, ref byte other) =>
        MemoryMarshal.CreateReadOnlySpan(ref row, WireLength)
            .SequenceEqual(MemoryMarshal.CreateReadOnlySpan(ref other, WireLength));

    public static void CopyWire(ref byte row, ref byte destination) =>
        Unsafe.CopyBlockUnaligned(ref destination, ref row, (uint)WireLength);

    public static ulong Host(ref byte row) => Unsafe.ReadUnaligned<ulong>(ref row);

    public static AddressScope Scope(ref byte row) =>
        AddressScopes.ScopeOfV6(MemoryMarshal.CreateReadOnlySpan(ref row, HostAddress.Length));
}
