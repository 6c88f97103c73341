using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>A peer over TCP.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Close is the end of its life; operations under way outlive it by a moment.")]
public sealed class TcpConnection : IConnection
{
    // linux/tcp.h: TCP_INFO, and where tcp_info has the least round trip in microseconds, all bits set for none yet.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int LeastRoundTripOffset = 148;

    // Far more than the requests and small messages that come while nobody looks; what is more wakes as ever.
    private const int QuietBytes = 4 * 1024;

    private readonly Socket _socket;
    private readonly SocketOperation _receive = new();
    private readonly SocketOperation _send = new();
    private ReadOnlyMemory<byte> _unread;
    private int _closed;

    /// <exception cref="SocketException">The other side is gone already.</exception>
    internal TcpConnection(Socket socket)
    {
        _socket = socket;
        // Requests are batched by us; waiting for more to say (Nagle) would only delay them.
        socket.NoDelay = true;
        socket.Blocking = false;
        // The runtime gives none once it has seen that the connection is gone.
        Remote = socket.RemoteEndPoint as IPEndPoint ?? throw new SocketException((int)SocketError.NotConnected);
        if (Remote.Address.IsIPv4MappedToIPv6) Remote = new IPEndPoint(Remote.Address.MapToIPv4(), Remote.Port);
        Local = (IPEndPoint)socket.LocalEndPoint!;
        if (Local.Address.IsIPv4MappedToIPv6) Local = new IPEndPoint(Local.Address.MapToIPv4(), Local.Port);
    }

    /// <inheritdoc/>
    public IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public StreamSecurity Security { get; internal set; }

    /// <inheritdoc/>
    public TimeSpan? RoundTrip
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return null;
            Span<byte> info = stackalloc byte[LeastRoundTripOffset + sizeof(uint)];
            try
            {
                // Systems from before Linux 4.6 tell less.
                if (_socket.GetRawSocketOption(TcpLevel, TcpInfo, info) < info.Length) return null;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return null;
            }
            uint microseconds = MemoryMarshal.Read<uint>(info[LeastRoundTripOffset..]);
            return microseconds == uint.MaxValue ? null : TimeSpan.FromMicroseconds(microseconds);
        }
    }

    /// <inheritdoc/>
    public int Available
    {
        get
        {
            try
            {
                return _unread.Length + _socket.Available;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The next receive tells.
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) => _unread.IsEmpty
        ? _receive.ReceiveAsync(_socket, buffer)
        : new ValueTask<SocketResult>(TakeUnread(buffer.Span));

    /// <inheritdoc/>
    public void SetQuiet(bool isQuiet)
    {
        // Elsewhere the system does not look at it for sockets that do not block.
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _socket.SetSocketOption(
                SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, isQuiet ? QuietBytes : 1);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Bytes wake as ever, or never again.
        }
    }

    /// <inheritdoc/>
    public void Unread(ReadOnlyMemory<byte> bytes) => UnreadBytes.Put(ref _unread, bytes);

    /// <inheritdoc/>
    public ValueTask<SocketResult> SendAsync(Memory<byte> bytes) => _send.SendAsync(_socket, bytes);

    /// <inheritdoc/>
    public SocketResult TrySend(Span<byte> bytes)
    {
        try
        {
            int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
            return error is SocketError.WouldBlock or SocketError.IOPending or SocketError.NoBufferSpaceAvailable
                ? new SocketResult(0, SocketError.Success)
                : new SocketResult(sent, error);
        }
        catch (ObjectDisposedException)
        {
            return new SocketResult(0, SocketError.OperationAborted);
        }
    }

    /// <inheritdoc/>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection has ended already.
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _socket.Dispose();
        // The operations are not disposed: one may be under way, and disposing it then is not safe. They hold nothing
        // but pinned buffers of ours and are collected with this object.
    }

    private SocketResult TakeUnread(Span<byte> buffer) => Volatile.Read(ref _closed) != 0
        ? new SocketResult(0, SocketError.OperationAborted)
        : UnreadBytes.Take(ref _unread, buffer);
}
