using System.Net;
using System.Net.Sockets;

namespace Shoal.Tracker.Udp;

/// <summary>Sends a reply by itself, some time after its request.</summary>
internal sealed class SocketReturn(Socket socket, SocketAddress to) : IDatagramReturn
{
    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> reply)
    {
        try
        {
            socket.SendTo(reply, SocketFlags.None, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client asks again, as for any datagram that is lost.
        }
    }
}
