using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Shoal.Tracker;

/// <summary>An IPv6 peer in twenty bytes: address, port and minute.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct PeerRow6 : IPeerRow<PeerRow6>
{
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ushort _port;
    private readonly ushort _minute;

    public PeerRow6(IPAddress address, ushort port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _port = port;
    }

    private PeerRow6(PeerRow6 row, ushort minute)
    {
        this = row;
        _minute = minute;
    }

    public static int WireLength => 18;

    public ushort Minute => _minute;

    public bool IsLoopback => _high == 0 && _low == 1;

    public bool IsLinkLocal => _high >> 54 == 0xfe80 >> 6;

    public PeerRow6 At(ushort minute) => new(this, minute);

    public bool IsSamePeer(PeerRow6 other) => _low == other._low && _high == other._high && _port == other._port;

    public bool IsSameHost(PeerRow6 other) => _high == other._high;

    public void WriteWire(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], _port);
    }
}
