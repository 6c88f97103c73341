using System.Buffers.Binary;
using System.Net;

namespace Shoal.Tracker;

/// <summary>
/// An IPv4 peer in eight bytes.
/// <code>
/// bits 63..32 address   31..16 port   15..0 minute
/// </code>
/// </summary>
internal readonly record struct PeerRow4 : IPeerRow<PeerRow4>
{
    private const int MinuteBits = 16;

    private readonly ulong _packed;

    private PeerRow4(ulong packed) => _packed = packed;

    public PeerRow4(IPAddress address, ushort port)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        _packed = (ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 32 | (ulong)port << MinuteBits;
    }

    public static int WireLength => 6;

    public ushort Minute => (ushort)_packed;

    public bool IsLoopback => _packed >> 56 == 127;

    public bool IsLinkLocal => _packed >> 48 == 0xa9fe;

    public PeerRow4 At(ushort minute) => new(_packed >> MinuteBits << MinuteBits | minute);

    public bool IsSamePeer(PeerRow4 other) => (_packed ^ other._packed) >> MinuteBits == 0;

    public bool IsSameHost(PeerRow4 other) => (_packed ^ other._packed) >> 32 == 0;

    public void WriteWire(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(_packed >> 32));
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)(_packed >> MinuteBits));
    }
}
