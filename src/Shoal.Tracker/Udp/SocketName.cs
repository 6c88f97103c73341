using System.Buffers.Binary;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>
/// Socket addresses as systems lay them out.
/// <code>
/// IPv4   0 family (2)   2 port (2)   4 address (4)
/// IPv6   0 family (2)   2 port (2)   4 flow (4)   8 address (16)   24 scope (4)
/// </code>
/// </summary>
internal static class SocketName
{
    private const int V4Length = 16;
    private const int V4At = 4;
    private const int V6At = 8;

    /// <summary>The address in it, an IPv4 one as IPv4.</summary>
    public static HostAddress Read(ReadOnlySpan<byte> name) => name.Length <= V4Length
        ? new HostAddress(BinaryPrimitives.ReadUInt32BigEndian(name[V4At..]))
        : HostAddress.Read(name[V6At..]);
}
