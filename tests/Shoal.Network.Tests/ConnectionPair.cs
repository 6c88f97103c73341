using System.Net;
using System.Net.Sockets;

namespace Shoal.Network.Tests;

/// <summary>Two ends of one TCP connection on loopback.</summary>
internal sealed record ConnectionPair(IConnection Ours, IConnection Theirs) : IDisposable
{
    public static async Task<ConnectionPair> ConnectAsync()
    {
        (PeerListener? listener, SocketError error) = PeerListener.Open(IPAddress.Loopback, 0);
        Assert.Equal(SocketError.Success, error);
        using (listener)
        {
            Task<(IConnection? Connection, SocketError Error)> dial =
                TcpDialer.ConnectAsync(listener!.LocalEndPoint, null, CancellationToken.None).AsTask();
            IConnection? theirs = (await listener.AcceptAsync()).Connection;
            return new ConnectionPair((await dial).Connection!, theirs!);
        }
    }

    public void Dispose()
    {
        Ours.Close();
        Theirs.Close();
    }
}
