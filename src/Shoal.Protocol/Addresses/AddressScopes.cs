using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Shoal.Protocol.Addresses;

/// <summary>
/// Sorts addresses by scope, after the special-purpose registries of IANA
/// (<see href="https://www.rfc-editor.org/rfc/rfc6890">RFC 6890</see>).
/// </summary>
public static class AddressScopes
{
    /// <summary>
    /// The scope of <paramref name="address"/>. IPv4 addresses that are wrapped in IPv6 ones are judged as what they
    /// lead to: a mapped one has the scope of the IPv4 address; a translated one (NAT64, 6to4) that does not lead to
    /// the public internet is unusable.
    /// </summary>
    public static AddressScope Scope(this IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length)) return AddressScope.Unusable;
        if (length == 4) return ScopeOfV4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return address.IsIPv4MappedToIPv6
            ? ScopeOfV4(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]))
            : ScopeOfV6(bytes);
    }

    /// <summary>The address itself, or the IPv4 address that it maps.</summary>
    public static IPAddress Normalised(this IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6
            ? address.MapToIPv4()
            : address;

    /// <summary>The end point with its address normalised.</summary>
    public static IPEndPoint Normalised(this IPEndPoint endPoint)
    {
        IPAddress address = endPoint.Address.Normalised();
        return ReferenceEquals(address, endPoint.Address) ? endPoint : new IPEndPoint(address, endPoint.Port);
    }

    /// <summary>The scope of an IPv4 address whose four bytes are a number, the first byte uppermost.</summary>
    public static AddressScope ScopeOfV4(uint address) => (address >> 24) switch
    {
        0 => AddressScope.Unusable,
        10 => AddressScope.Private,
        100 when IsIn(address, 0x64400000, 10) => AddressScope.Private,
        127 => AddressScope.Loopback,
        169 when IsIn(address, 0xa9fe0000, 16) => AddressScope.LinkLocal,
        172 when IsIn(address, 0xac100000, 12) => AddressScope.Private,
        192 when IsIn(address, 0xc0a80000, 16) => AddressScope.Private,
        192 when IsIn(address, 0xc0000000, 24) => AddressScope.Unusable,
        198 when IsIn(address, 0xc6120000, 15) => AddressScope.Private,
        >= 224 => AddressScope.Unusable,
        _ => AddressScope.Global,
    };

    /// <summary>The scope of an IPv6 address of sixteen bytes that maps no IPv4 address.</summary>
    public static AddressScope ScopeOfV6(ReadOnlySpan<byte> address)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(address);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        // ::1 apart, all of ::/64 is unspecified, IPv4-compatible (deprecated) or reserved.
        if (high == 0) return low == 1 ? AddressScope.Loopback : AddressScope.Unusable;
        if (address[0] == 0xff) return AddressScope.Unusable;
        if (address[0] == 0xfe) return (address[1] & 0xc0) switch
        {
            0x80 => AddressScope.LinkLocal,
            0xc0 => AddressScope.Private,
            _ => AddressScope.Unusable,
        };
        if ((address[0] & 0xfe) == 0xfc) return AddressScope.Private;
        // 64:ff9b::/96 (RFC 6052) and 2002::/16 (RFC 3056) carry an IPv4 address that a gateway unwraps.
        if (high == 0x0064ff9b_00000000 && low >> 32 == 0) return OnlyGlobal((uint)low);
        if (high >> 48 == 0x2002) return OnlyGlobal((uint)(high >> 16));
        // 64:ff9b:1::/48 (RFC 8215) is for translation inside one site.
        return high >> 16 == 0x0064ff9b_0001 ? AddressScope.Private : AddressScope.Global;
    }

    private static AddressScope OnlyGlobal(uint wrapped) =>
        ScopeOfV4(wrapped) == AddressScope.Global ? AddressScope.Global : AddressScope.Unusable;

    private static bool IsIn(uint address, uint network, int prefixBits) =>
        (address ^ network) >> (32 - prefixBits) == 0;
}
