using System.Net;
using System.Net.Sockets;

namespace Shoal.Network;

/// <summary>Makes outgoing TCP connections.</summary>
public static class TcpDialer
{
    /// <summary>
    /// Connects to a peer. The result is a connection, or null with the error; <see cref="SocketError.TimedOut"/> when
    /// the token ended it.
    /// </summary>
    /// <param name="remote">Where to.</param>
    /// <param name="bind">
    /// Address to dial from, or null for the system's choice. Peers of the other family cannot be reached from it.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async ValueTask<(IConnection? Connection, SocketError Error)> ConnectAsync(
        IPEndPoint remote, IPAddress? bind, CancellationToken cancellationToken)
    {
        // Who binds to one address wants nothing to leave by another.
        if (bind is not null && bind.AddressFamily != remote.AddressFamily)
            return (null, SocketError.AddressFamilyNotSupported);
        Socket socket;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException e)
        {
            return (null, e.SocketErrorCode);
        }
        try
        {
            if (bind is not null) socket.Bind(new IPEndPoint(bind, 0));
            using var operation = new SocketOperation();
            SocketResult result;
            // Closing the socket is what ends a connect that waits; the operation then completes with an error.
            using (cancellationToken.UnsafeRegister(static s => ((Socket)s!).Dispose(), socket))
                result = await operation.ConnectAsync(socket, remote).ConfigureAwait(false);
            bool isOver = cancellationToken.IsCancellationRequested;
            if (result.IsOk && !isOver) return (new TcpConnection(socket), SocketError.Success);
            // Also when it was cancelled: that may have been after the connect, when nobody closed the socket any more.
            socket.Dispose();
            return (null, isOver ? SocketError.TimedOut : result.Error);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return (null, e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return (null, SocketError.TimedOut);
        }
    }
}
