using System.Buffers.Binary;
using System.Net;
using System.Text.Unicode;
using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// The replies of the UDP tracker protocol (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>).
/// <code>
/// connect    0 action 0 (4)   4 transaction id (4)    8 connection id (8)
/// announce   0 action 1 (4)   4 transaction id (4)    8 interval (4)   12 leechers (4)   16 seeders (4)
///           20 peers of 6 bytes over IPv4, of 18 bytes over IPv6
/// error      0 action 3 (4)   4 transaction id (4)    8 text to the end
/// </code>
/// </summary>
public static class UdpTrackerReply
{
    /// <summary>Bytes that every reply begins with.</summary>
    public const int HeaderLength = 8;

    /// <summary>Bytes of a connect reply. Writers send exactly these: Transmission takes nothing else.</summary>
    public const int ConnectLength = 16;

    /// <summary>Bytes of an announce reply before the peers. Nothing may follow them: libtorrent refuses it.</summary>
    public const int AnnounceLength = 20;

    /// <summary>The action and the transaction id of a reply; false when the datagram is too short for them.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> datagram, out UdpTrackerAction action, out uint transactionId)
    {
        action = default;
        transactionId = 0;
        if (datagram.Length < HeaderLength) return false;
        action = (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(datagram);
        transactionId = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        return true;
    }

    /// <summary>Reads the connection id of a connect reply; bytes after it are tolerated.</summary>
    public static bool TryReadConnect(ReadOnlySpan<byte> datagram, out ulong connectionId)
    {
        connectionId = 0;
        if (datagram.Length < ConnectLength) return false;
        connectionId = BinaryPrimitives.ReadUInt64BigEndian(datagram[8..]);
        return true;
    }

    /// <summary>Reads an announce reply; part of a peer at the end is ignored.</summary>
    /// <param name="datagram">The reply.</param>
    /// <param name="isV6">True when it came over IPv6, which decides the size of a peer.</param>
    /// <param name="reply">The values, brought within limits.</param>
    public static bool TryReadAnnounce(ReadOnlySpan<byte> datagram, bool isV6, out AnnounceReply? reply)
    {
        reply = null;
        if (datagram.Length < AnnounceLength) return false;
        var peers = new List<IPEndPoint>();
        ReadOnlySpan<byte> list = datagram[AnnounceLength..];
        if (isV6) CompactEndPoints.ReadV6(list, AnnounceReply.MaxPeers, peers);
        else CompactEndPoints.ReadV4(list, AnnounceReply.MaxPeers, peers);
        reply = new AnnounceReply
        {
            Interval = AnnounceReply.ClampInterval(BinaryPrimitives.ReadUInt32BigEndian(datagram[8..])),
            // The protocol has no field for it; libtorrent takes a minute.
            MinInterval = AnnounceReply.MinimumInterval,
            Incomplete = Count(datagram[12..]),
            Complete = Count(datagram[16..]),
            Peers = peers,
        };
        return true;
    }

    /// <summary>The text of an error reply as one short line that is safe to show.</summary>
    public static string ReadError(ReadOnlySpan<byte> datagram)
    {
        ReadOnlySpan<byte> text = datagram[HeaderLength..];
        int end = text.IndexOf((byte)0);
        return DisplayText.Of(end < 0 ? text : text[..end], AnnounceReplyReader.MaxMessageChars);
    }

    /// <summary>Writes the eight bytes that every reply begins with.</summary>
    public static void WriteHeader(Span<byte> destination, UdpTrackerAction action, uint transactionId)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)action);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], transactionId);
    }

    /// <summary>Writes a connect reply.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteConnect(Span<byte> destination, uint transactionId, ulong connectionId)
    {
        WriteHeader(destination, UdpTrackerAction.Connect, transactionId);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], connectionId);
        return ConnectLength;
    }

    /// <summary>Writes an announce reply up to its peers, which the caller puts behind it.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteAnnounce(Span<byte> destination, uint transactionId, in AnnounceAnswer answer)
    {
        WriteHeader(destination, UdpTrackerAction.Announce, transactionId);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], answer.IntervalSeconds);
        BinaryPrimitives.WriteInt32BigEndian(destination[12..], answer.Incomplete);
        BinaryPrimitives.WriteInt32BigEndian(destination[16..], answer.Complete);
        return AnnounceLength;
    }

    /// <summary>Writes an error reply; a text that does not fit is cut.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteError(Span<byte> destination, uint transactionId, ReadOnlySpan<char> text)
    {
        WriteHeader(destination, UdpTrackerAction.Error, transactionId);
        Utf8.FromUtf16(text, destination[HeaderLength..], out _, out int written);
        return HeaderLength + written;
    }

    private static int Count(ReadOnlySpan<byte> field) =>
        (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(field), int.MaxValue);
}
