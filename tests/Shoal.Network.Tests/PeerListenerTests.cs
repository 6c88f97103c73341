using System.Net;
using System.Net.Sockets;

namespace Shoal.Network.Tests;

public sealed class PeerListenerTests
{
    [Fact]
    public async Task Disposing_ends_a_wait_with_a_value()
    {
        (PeerListener? listener, SocketError error) = PeerListener.Open(IPAddress.Loopback, 0);
        Assert.Equal(SocketError.Success, error);
        ValueTask<(IConnection? Connection, SocketError Error)> waiting = listener!.AcceptAsync();
        listener.Dispose();
        (IConnection? connection, SocketError ended) = await waiting;
        Assert.Null(connection);
        Assert.NotEqual(SocketError.Success, ended);
    }

    [Fact]
    public async Task A_listener_that_is_closed_gives_nothing()
    {
        (PeerListener? listener, _) = PeerListener.Open(IPAddress.Loopback, 0);
        listener!.Dispose();
        (IConnection? connection, SocketError ended) = await listener.AcceptAsync();
        Assert.Null(connection);
        Assert.NotEqual(SocketError.Success, ended);
    }

    [Fact]
    public async Task One_operation_takes_one_peer_after_the_other()
    {
        (PeerListener? listener, _) = PeerListener.Open(IPAddress.Loopback, 0);
        using (listener)
        {
            for (int i = 0; i < 3; i++)
            {
                using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await peer.ConnectAsync(listener!.LocalEndPoint, TestContext.Current.CancellationToken);
                (IConnection? connection, _) = await listener.AcceptAsync();
                Assert.Equal(((IPEndPoint)peer.LocalEndPoint!).Port, connection!.Remote.Port);
                connection.Close();
            }
        }
    }
}
