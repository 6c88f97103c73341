using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Shoal.Network;

/// <summary>Listens for peers over TCP, on IPv4 and IPv6 at once where the machine has both.</summary>
[SuppressMessage(
    "Design", "CA2213", Justification = "The accept may be under way when the listener is disposed; it holds nothing.")]
public sealed class PeerListener : IDisposable
{
    // Waiting connections at the operating system; libtorrent's default of 5 drops bursts, 512 does not.
    private const int Backlog = 512;

    private readonly Socket _socket;
    private readonly SocketOperation _accept = new();

    private PeerListener(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>
    /// Opens the port. The result is a listener, or null with the error, such as
    /// <see cref="SocketError.AddressAlreadyInUse"/>.
    /// </summary>
    /// <param name="bind">Address to listen on; null means every one of both families.</param>
    /// <param name="port">TCP port; 0 takes a free one.</param>
    public static (PeerListener? Listener, SocketError Error) Open(IPAddress? bind, int port)
    {
        if (bind is not null) return TryOpen(bind, port, dualMode: false);
        (PeerListener? listener, SocketError error) = TryOpen(IPAddress.IPv6Any, port, dualMode: true);
        // A machine without IPv6 refuses the address family or the address.
        return error is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable
            or SocketError.ProtocolNotSupported
            ? TryOpen(IPAddress.Any, port, dualMode: false)
            : (listener, error);
    }

    /// <summary>
    /// Waits for the next peer; disposing the listener ends the wait. Without a connection the error says why: the
    /// peer was gone before it was taken, the listener is closed, or the system has no more sockets to give, in which
    /// case asking again at once is of no use. One wait at a time.
    /// </summary>
    public async ValueTask<(IConnection? Connection, SocketError Error)> AcceptAsync()
    {
        SocketResult result = await _accept.AcceptAsync(_socket).ConfigureAwait(false);
        Socket? accepted = _accept.TakeAccepted();
        if (accepted is null || !result.IsOk) return (null, result.Error);
        try
        {
            return (new TcpConnection(accepted), SocketError.Success);
        }
        catch (SocketException)
        {
            // A peer that reset between accept and the first look at its address.
            accepted.Dispose();
            return (null, SocketError.ConnectionReset);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static (PeerListener? Listener, SocketError Error) TryOpen(IPAddress address, int port, bool dualMode)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (dualMode) socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return (new PeerListener(socket), SocketError.Success);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return (null, e.SocketErrorCode);
        }
    }
}
