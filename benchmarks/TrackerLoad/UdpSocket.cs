using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Shoal.Tracker.Udp;
using static Shoal.Tracker.Udp.LinuxCalls;

namespace Shoal.TrackerLoad;

/// <summary>A socket that is connected to the tracker and moves many datagrams with each call.</summary>
internal sealed unsafe class UdpSocket : IDisposable
{
    public const int BatchSize = 64;

    private const int DatagramBytes = 2048;
    private const int DontWait = 0x40;

    private readonly Socket _socket;
    private readonly nint _handle;
    private readonly byte* _memory;
    private readonly BatchMessage* _received;
    private readonly BatchMessage* _sent;
    private readonly byte* _in;
    private readonly byte* _out;
    private int _pending;

    public UdpSocket(IPAddress from, IPEndPoint tracker)
    {
        const int BufferBytes = 4 * 1024 * 1024;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = BufferBytes, SendBufferSize = BufferBytes,
        };
        _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(tracker);
        _handle = _socket.Handle;
        int heads = BatchSize * (sizeof(BatchMessage) + sizeof(Slice));
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(2 * heads + 2 * BatchSize * DatagramBytes));
        _received = (BatchMessage*)_memory;
        _sent = _received + BatchSize;
        var slices = (Slice*)(_sent + BatchSize);
        _in = (byte*)(slices + 2 * BatchSize);
        _out = _in + BatchSize * DatagramBytes;
        for (int i = 0; i < BatchSize; i++)
        {
            slices[i] = new Slice { Start = _in + i * DatagramBytes, Length = DatagramBytes };
            slices[BatchSize + i] = new Slice { Start = _out + i * DatagramBytes };
            _received[i] = new BatchMessage { Slices = slices + i, SliceCount = 1 };
            _sent[i] = new BatchMessage { Slices = slices + BatchSize + i, SliceCount = 1 };
        }
    }

    /// <summary>Room for the next request, or an empty span when the batch is full.</summary>
    public Span<byte> Room => _pending == BatchSize
        ? default : new Span<byte>(_out + _pending * DatagramBytes, DatagramBytes);

    /// <summary>Puts the request that was written to <see cref="Room"/> into the batch.</summary>
    public void Add(int length) => _sent[_pending++].Slices->Length = (nuint)length;

    /// <summary>Sends the batch.</summary>
    public void Send()
    {
        for (int done = 0; done < _pending;)
        {
            int taken = SendMany(_handle, _sent + done, (uint)(_pending - done), 0);
            if (taken <= 0) throw new SocketException(Marshal.GetLastPInvokeError());
            done += taken;
        }
        _pending = 0;
    }

    /// <summary>Takes what has arrived, without waiting.</summary>
    public int Receive() => Math.Max(0, ReceiveMany(_handle, _received, BatchSize, DontWait, 0));

    public ReadOnlySpan<byte> Datagram(int index) =>
        new(_in + index * DatagramBytes, (int)_received[index].Length);

    /// <summary>Waits for something to arrive, for a millisecond at the most.</summary>
    public void Wait() => _socket.Poll(1000, SelectMode.SelectRead);

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.Free(_memory);
    }
}
