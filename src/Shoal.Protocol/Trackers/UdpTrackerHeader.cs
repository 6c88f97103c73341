using System.Buffers.Binary;

namespace Shoal.Protocol.Trackers;

/// <summary>The fields that every request of the UDP tracker protocol begins with.</summary>
/// <param name="ConnectionId">What the tracker gave on connect; on connect itself a fixed number.</param>
/// <param name="Action">What is asked for; values beyond the enum are possible and mean nothing.</param>
/// <param name="TransactionId">Chosen by the client and repeated in the reply.</param>
public readonly record struct UdpTrackerHeader(ulong ConnectionId, UdpTrackerAction Action, uint TransactionId)
{
    /// <summary>Bytes of the header; a connect request is nothing more.</summary>
    public const int Length = 16;

    /// <summary>The connection id of a connect request, by which the protocol is told from others (BEP 15).</summary>
    public const ulong ConnectMagic = 0x41727101980;

    /// <summary>True for a connect request with the right magic number.</summary>
    public bool IsConnect => Action == UdpTrackerAction.Connect && ConnectionId == ConnectMagic;

    /// <summary>Reads the header of a request; false when the datagram is too short to be one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out UdpTrackerHeader header)
    {
        header = default;
        if (datagram.Length < Length) return false;
        header = new UdpTrackerHeader(
            BinaryPrimitives.ReadUInt64BigEndian(datagram),
            (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]));
        return true;
    }

    /// <summary>Writes the 16 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, ConnectionId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Action);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], TransactionId);
    }
}
