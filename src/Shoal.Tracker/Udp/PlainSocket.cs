using System.Net;
using System.Net.Sockets;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>
/// A UDP socket of any system, with a call for each datagram. Where it is bound to all addresses the system chooses the
/// one that a reply leaves from, so that on a machine with several the tracker is better bound to one.
/// </summary>
internal sealed class PlainSocket : IDatagramSocket
{
    /// <summary>Longer than anything that is answered; what is longer is an error that is passed over.</summary>
    private const int DatagramBytes = 2048;

    private readonly Socket _socket;
    private readonly SocketAddress _from;
    private readonly byte[] _datagram = new byte[DatagramBytes];
    private readonly byte[] _reply = new byte[UdpResponder.MaxReplyLength];
    private int _length;
    private int _replyLength;

    public PlainSocket(Socket socket)
    {
        _socket = socket;
        _from = new SocketAddress(socket.AddressFamily);
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        // Windows reports that nobody received an earlier reply as an error of the next receive.
        const int ReportUnreachable = unchecked((int)0x9800000c);
        if (OperatingSystem.IsWindows()) socket.IOControl(ReportUnreachable, [0], null);
    }

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    public int Receive()
    {
        _replyLength = 0;
        try
        {
            _length = _socket.ReceiveFrom(_datagram, SocketFlags.None, _from);
            return 1;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize or SocketError.ConnectionReset)
        {
            // One was too long for any use, or one of ours did not arrive: neither is of any concern.
            return 0;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Datagram(int index, out HostAddress from)
    {
        from = SocketName.Read(_from.Buffer.Span[.._from.Size]);
        return _datagram.AsSpan(0, _length);
    }

    /// <inheritdoc/>
    public Span<byte> ReplyRoom(int index) => _reply;

    /// <inheritdoc/>
    public void SetReply(int index, int length) => _replyLength = length;

    /// <inheritdoc/>
    public int SendReplies(int count)
    {
        if (_replyLength == 0) return 0;
        try
        {
            _socket.SendTo(_reply.AsSpan(0, _replyLength), SocketFlags.None, _from);
            return 0;
        }
        catch (SocketException)
        {
            // No route, a forged source port 0, a firewall.
            return 1;
        }
    }

    /// <inheritdoc/>
    public IDatagramReturn KeepReturn(int index)
    {
        var name = new SocketAddress(_socket.AddressFamily, _from.Size);
        _from.Buffer.Span[.._from.Size].CopyTo(name.Buffer.Span);
        return new SocketReturn(_socket, name);
    }

    /// <inheritdoc/>
    public void Stop() => _socket.Dispose();

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
