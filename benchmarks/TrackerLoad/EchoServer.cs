using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.TrackerLoad;

/// <summary>
/// Answers every announce with the same peers and looks at nothing: what is left is the cost of moving datagrams, which
/// no tracker on these calls can be below.
/// </summary>
internal static class EchoServer
{
    private const int ConnectBytes = 16;
    private const int TransactionAt = 12;
    private const int HeadBytes = 20;
    private const int PeerBytes = 6;

    /// <summary>Serves a port of this machine until the process is killed.</summary>
    public static void Run(int port, int peers)
    {
        byte[] announce = new byte[HeadBytes + PeerBytes * peers];
        BinaryPrimitives.WriteInt32BigEndian(announce, 1);
        BinaryPrimitives.WriteInt32BigEndian(announce.AsSpan(8), 1800);
        for (int i = 0; i < peers; i++)
        {
            Span<byte> peer = announce.AsSpan(HeadBytes + PeerBytes * i, PeerBytes);
            IPAddress.Loopback.TryWriteBytes(peer, out _);
            BinaryPrimitives.WriteUInt16BigEndian(peer[4..], LoadSwarms.PortOf(i));
        }
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveBufferSize = 8 * 1024 * 1024;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        using var datagrams = new BatchedSocket(socket);
        while (true)
        {
            int count = datagrams.Receive();
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> request = datagrams.Datagram(i, out HostAddress _);
                if (request.Length < ConnectBytes) continue;
                Span<byte> reply = datagrams.ReplyRoom(i);
                bool isConnect = request.Length == ConnectBytes;
                announce.AsSpan(0, isConnect ? ConnectBytes : announce.Length).CopyTo(reply);
                if (isConnect) BinaryPrimitives.WriteInt32BigEndian(reply, 0);
                request.Slice(TransactionAt, sizeof(int)).CopyTo(reply[4..]);
                datagrams.SetReply(i, isConnect ? ConnectBytes : announce.Length);
            }
            datagrams.SendReplies(count);
        }
    }
}
