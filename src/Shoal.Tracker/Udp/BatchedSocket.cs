using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Shoal.Tracker.Swarms;
using static Shoal.Tracker.Udp.LinuxCalls;

namespace Shoal.Tracker.Udp;

/// <summary>
/// A UDP socket of Linux that takes and gives up to <see cref="BatchSize"/> datagrams with one system call each way. A
/// reply leaves from the address that its request came to, which matters on machines with several.
/// </summary>
internal sealed unsafe class BatchedSocket : IDatagramSocket
{
    /// <summary>Datagrams of one call; more gain nothing that can be measured.</summary>
    public const int BatchSize = 64;

    /// <summary>The longest that anybody sends, a scrape of 74, has 1496 bytes; what is longer is cut.</summary>
    private const int DatagramBytes = 2048;

    /// <summary>Room for a socket address of either family.</summary>
    private const int NameBytes = 32;

    /// <summary>Room for the control message that tells to which address a datagram came.</summary>
    private const int ControlBytes = 64;

    private readonly Socket _socket;
    private readonly nint _handle;
    private readonly bool _tellsAddress;
    private readonly byte* _memory;
    private readonly BatchMessage* _received;
    private readonly BatchMessage* _replies;
    private readonly byte* _datagrams;
    private readonly byte* _rooms;
    private int _replyCount;
    private bool _isDisposed;

    public BatchedSocket(Socket socket)
    {
        _socket = socket;
        bool referenced = false;
        socket.SafeHandle.DangerousAddRef(ref referenced);
        _handle = socket.SafeHandle.DangerousGetHandle();
        var bound = (IPEndPoint)socket.LocalEndPoint!;
        Port = bound.Port;
        // Bound to one address, all replies leave from that anyway.
        _tellsAddress = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any);
        if (_tellsAddress) AskForAddress(socket);

        int heads = BatchSize * (sizeof(BatchMessage) + sizeof(Slice));
        int names = BatchSize * (NameBytes + ControlBytes);
        int bytes = 2 * heads + names + BatchSize * (DatagramBytes + UdpResponder.MaxReplyLength);
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        _received = (BatchMessage*)_memory;
        _replies = _received + BatchSize;
        var slices = (Slice*)(_replies + BatchSize);
        byte* name = (byte*)(slices + 2 * BatchSize);
        byte* control = name + BatchSize * NameBytes;
        _datagrams = control + BatchSize * ControlBytes;
        _rooms = _datagrams + BatchSize * DatagramBytes;
        for (int i = 0; i < BatchSize; i++)
        {
            slices[i] = new Slice { Start = _datagrams + i * DatagramBytes, Length = DatagramBytes };
            _received[i] = new BatchMessage
            {
                Name = name + i * NameBytes, Slices = slices + i, SliceCount = 1,
                Control = _tellsAddress ? control + i * ControlBytes : null,
            };
            _replies[i] = new BatchMessage { Slices = slices + BatchSize + i, SliceCount = 1 };
        }
    }

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    public int Receive()
    {
        // The kernel writes the lengths that it used over the room that it was given.
        for (int i = 0; i < BatchSize; i++)
        {
            _received[i].NameLength = NameBytes;
            _received[i].ControlLength = _tellsAddress ? (nuint)ControlBytes : 0;
        }
        _replyCount = 0;
        int count = ReceiveMany(_handle, _received, BatchSize, WaitForOne, 0);
        if (count >= 0) return count;
        // Whatever lasts, such as a lack of memory, must not make this a busy loop.
        const int PauseMicroseconds = 10_000;
        if (Marshal.GetLastPInvokeError() is not (Interrupted or TryAgain))
            _socket.Poll(PauseMicroseconds, SelectMode.SelectError);
        return 0;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Datagram(int index, out HostAddress from)
    {
        from = SocketName.Read(new ReadOnlySpan<byte>(_received[index].Name, (int)_received[index].NameLength));
        return new ReadOnlySpan<byte>(_datagrams + index * DatagramBytes, (int)_received[index].Length);
    }

    /// <inheritdoc/>
    public Span<byte> ReplyRoom(int index) =>
        new(_rooms + index * UdpResponder.MaxReplyLength, UdpResponder.MaxReplyLength);

    /// <inheritdoc/>
    public void SetReply(int index, int length)
    {
        if (length == 0) return;
        ref BatchMessage reply = ref _replies[_replyCount++];
        reply.Name = _received[index].Name;
        reply.NameLength = _received[index].NameLength;
        reply.Slices->Start = _rooms + index * UdpResponder.MaxReplyLength;
        reply.Slices->Length = (nuint)length;
        reply.Control = _received[index].Control;
        reply.ControlLength = _tellsAddress ? _received[index].ControlLength : 0;
        if (reply.ControlLength > 0) FreeRoute(reply.Control);
    }

    /// <inheritdoc/>
    public int SendReplies(int count)
    {
        int failed = 0;
        for (int sent = 0; sent < _replyCount;)
        {
            int taken = SendMany(_handle, _replies + sent, (uint)(_replyCount - sent), 0);
            if (taken > 0)
            {
                sent += taken;
                continue;
            }
            if (taken < 0 && Marshal.GetLastPInvokeError() == Interrupted) continue;
            // The first of them cannot be sent: no route, a forged source port 0, a firewall. The others may.
            failed++;
            sent++;
        }
        return failed;
    }

    /// <inheritdoc/>
    public IDatagramReturn KeepReturn(int index)
    {
        var name = new SocketAddress(_socket.AddressFamily, (int)_received[index].NameLength);
        new ReadOnlySpan<byte>(_received[index].Name, name.Size).CopyTo(name.Buffer.Span);
        return new SocketReturn(_socket, name);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The socket has no other side, which is an error; the waiting call is woken all the same.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _socket.SafeHandle.DangerousRelease();
        _socket.Dispose();
        NativeMemory.Free(_memory);
    }

    private static void AskForAddress(Socket socket)
    {
        Span<byte> on = stackalloc byte[sizeof(int)];
        on[0] = 1;
        if (socket.AddressFamily == AddressFamily.InterNetwork) socket.SetRawSocketOption(V4Level, V4PacketInfo, on);
        else socket.SetRawSocketOption(V6Level, V6ReceivePacketInfo, on);
    }

    /// <summary>
    /// Keeps of the control message the address only, so that the reply may take another way out than the request came
    /// in. A link-local address means nothing without its interface.
    /// </summary>
    private static void FreeRoute(byte* control)
    {
        ref ControlHead head = ref Unsafe.AsRef<ControlHead>(control);
        byte* data = control + sizeof(ControlHead);
        const int V6AddressBytes = 16;
        if (head is { Level: V4Level, Type: V4PacketInfo })
            Unsafe.WriteUnaligned(data, 0);
        else if (head is { Level: V6Level, Type: V6PacketInfo } && !(data[0] == 0xfe && (data[1] & 0xc0) == 0x80))
            Unsafe.WriteUnaligned(data + V6AddressBytes, 0);
    }
}
