using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// Lists of addresses as trackers, peers and the DHT pack them
/// (<see href="https://www.bittorrent.org/beps/bep_0023.html">BEP 23</see>, BEP 7): 4 or 16 bytes of address and 2 of
/// port, end to end, all big-endian.
/// </summary>
public static class CompactEndPoints
{
    /// <summary>Bytes of an IPv4 entry.</summary>
    public const int V4Length = 6;

    /// <summary>Bytes of an IPv6 entry.</summary>
    public const int V6Length = 18;

    /// <summary>
    /// Adds the entries of a list of IPv4 addresses to <paramref name="into"/>. Entries with port 0 are left out, as
    /// is an incomplete one at the end; reading stops after <paramref name="max"/> entries.
    /// </summary>
    /// <returns>Number of entries added.</returns>
    public static int ReadV4(ReadOnlySpan<byte> list, int max, ICollection<IPEndPoint> into) =>
        Read(list, V4Length, max, into);

    /// <summary>
    /// Adds the entries of a list of IPv6 addresses to <paramref name="into"/>, under the rules of
    /// <see cref="ReadV4"/>. An IPv4 address in IPv6 clothes comes out as IPv4.
    /// </summary>
    /// <returns>Number of entries added.</returns>
    public static int ReadV6(ReadOnlySpan<byte> list, int max, ICollection<IPEndPoint> into) =>
        Read(list, V6Length, max, into);

    /// <summary>Reads one entry of exactly 6 or 18 bytes; false for any other size and for port 0.</summary>
    public static bool TryReadOne(ReadOnlySpan<byte> entry, out IPEndPoint? endPoint)
    {
        endPoint = null;
        if (entry.Length is not (V4Length or V6Length)) return false;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(entry[^2..]);
        if (port == 0) return false;
        endPoint = new IPEndPoint(Plain(new IPAddress(entry[..^2])), port);
        return true;
    }

    /// <summary>Bytes that an address and port take: 6 for IPv4, also in IPv6 clothes, else 18.</summary>
    public static int LengthOf(IPEndPoint endPoint) =>
        Plain(endPoint.Address).AddressFamily == AddressFamily.InterNetwork ? V4Length : V6Length;

    /// <summary>Writes one entry.</summary>
    /// <returns>Number of bytes written, as <see cref="LengthOf"/> tells beforehand.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(IPEndPoint endPoint, Span<byte> destination)
    {
        if (!Plain(endPoint.Address).TryWriteBytes(destination, out int written) || destination.Length < written + 2)
            throw new ArgumentException("There is no room for an address and a port.", nameof(destination));
        BinaryPrimitives.WriteUInt16BigEndian(destination[written..], (ushort)endPoint.Port);
        return written + 2;
    }

    internal static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static int Read(ReadOnlySpan<byte> list, int stride, int max, ICollection<IPEndPoint> into)
    {
        int added = 0;
        for (int entry = 0; entry < max && list.Length >= stride; entry++, list = list[stride..])
        {
            if (!TryReadOne(list[..stride], out IPEndPoint? endPoint)) continue;
            into.Add(endPoint!);
            added++;
        }
        return added;
    }
}
