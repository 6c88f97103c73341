using System.Net;
using System.Net.Sockets;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery.Tests;

/// <summary>A UDP socket on loopback from which a test plays a tracker, datagram by datagram.</summary>
internal sealed class FakeUdpTracker : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    public string Url => $"udp://127.0.0.1:{Port}/announce?a=b";

    public void Dispose() => _socket.Dispose();

    /// <summary>The next datagram, whose header must be of that action.</summary>
    public async Task<(UdpTrackerHeader Header, byte[] Datagram, IPEndPoint From)> ReceiveAsync(UdpTrackerAction action)
    {
        UdpReceiveResult result = await _socket.ReceiveAsync(TestContext.Current.CancellationToken);
        Assert.True(UdpTrackerHeader.TryRead(result.Buffer, out UdpTrackerHeader header));
        Assert.Equal(action, header.Action);
        return (header, result.Buffer, result.RemoteEndPoint);
    }

    public Task SendAsync(IPEndPoint to, byte[] datagram) =>
        _socket.SendAsync(datagram, to, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Answers the next connect with an id.</summary>
    public async Task ConnectAsync(ulong id)
    {
        (UdpTrackerHeader header, _, IPEndPoint from) = await ReceiveAsync(UdpTrackerAction.Connect);
        Assert.True(header.IsConnect);
        await SendAsync(from, ConnectReply(header.TransactionId, id));
    }

    public static byte[] ConnectReply(uint transaction, ulong id)
    {
        byte[] reply = new byte[UdpTrackerReply.ConnectLength];
        UdpTrackerReply.WriteConnect(reply, transaction, id);
        return reply;
    }

    public static byte[] AnnounceReply(uint transaction, byte[]? peers = null)
    {
        byte[] reply = new byte[UdpTrackerReply.AnnounceLength];
        UdpTrackerReply.WriteAnnounce(reply, transaction,
            new AnnounceAnswer { IntervalSeconds = 900, MinIntervalSeconds = 0, Complete = 1, Incomplete = 2 });
        return [.. reply, .. peers ?? []];
    }

    public static byte[] ErrorReply(uint transaction, string text)
    {
        byte[] reply = new byte[UdpTrackerReply.HeaderLength + text.Length];
        UdpTrackerReply.WriteError(reply, transaction, text);
        return reply;
    }
}
