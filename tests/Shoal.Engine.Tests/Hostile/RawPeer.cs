using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.Tests.Hostile;

/// <summary>A socket that says whatever a test wants, and sees what becomes of it.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RawPeer> ConnectAsync(int port, int? receiveBuffer = null, IPAddress? from = null)
    {
        var peer = new RawPeer();
        if (from is not null) peer._socket.Bind(new IPEndPoint(from, 0));
        if (receiveBuffer is { } bytes) peer._socket.ReceiveBufferSize = bytes;
        await peer._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Cancel);
        return peer;
    }

    /// <summary>A connection on which both handshakes are exchanged.</summary>
    public static async Task<RawPeer> GreetAsync(
        int port, InfoHash hash, int? receiveBuffer = null, IPAddress? from = null)
    {
        RawPeer peer = await ConnectAsync(port, receiveBuffer, from);
        await peer.SendAsync(Greeting(hash));
        byte[] answer = new byte[Handshake.Length];
        for (int have = 0; have < answer.Length;)
        {
            int received = await peer._socket.ReceiveAsync(answer.AsMemory(have), Cancel);
            Assert.NotEqual(0, received);
            have += received;
        }
        Assert.Equal(HandshakeStatus.Ok, Handshake.TryRead(answer, out _));
        return peer;
    }

    public static byte[] Greeting(InfoHash hash)
    {
        byte[] id = new byte[PeerId.Length];
        Random.Shared.NextBytes(id);
        var reserved = new ReservedBits { SupportsFast = true, SupportsExtensions = true };
        byte[] bytes = new byte[Handshake.Length];
        new Handshake(reserved, hash, new PeerId(id)).Write(bytes);
        return bytes;
    }

    /// <summary>A message with its prefix.</summary>
    public static byte[] Message(PeerMessageId id, params ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, 1 + payload.Length);
        message[4] = (byte)id;
        payload.CopyTo(message.AsSpan(5));
        return message;
    }

    /// <summary>A message whose payload is numbers.</summary>
    public static byte[] Numbers(PeerMessageId id, params ReadOnlySpan<uint> numbers)
    {
        byte[] payload = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4 * i), numbers[i]);
        return Message(id, payload);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _socket.SendAsync(bytes, Cancel);

    /// <summary>Sends although the other side may have closed already.</summary>
    public async Task TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Closed: what the test goes on to look for.
        }
    }

    /// <summary>Receives what is there, waiting for at least one byte; nothing when the other side closed.</summary>
    public async Task<byte[]> ReceiveAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        return buffer[..await _socket.ReceiveAsync(buffer, Cancel)];
    }

    /// <summary>Reads until the other side closes; returns how many bytes came before.</summary>
    public async Task<int> ReadToEndAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        int total = 0;
        try
        {
            while (await _socket.ReceiveAsync(buffer, Cancel) is var received and > 0) total += received;
        }
        catch (SocketException)
        {
            // Closed with bytes of ours unread.
        }
        return total;
    }

    /// <summary>The port at this end.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Reads the length and the number of the next message; returns how many bytes follow.</summary>
    public async Task<(int Length, PeerMessageId Id)> ReadHeadAsync()
    {
        byte[] head = await ReadAsync(5);
        return (BinaryPrimitives.ReadInt32BigEndian(head) - 1, (PeerMessageId)head[4]);
    }

    /// <summary>Reads the first byte of what follows.</summary>
    public async Task<byte> ReadByteAsync() => (await ReadAsync(1))[0];

    /// <summary>Reads bytes and forgets them.</summary>
    public async Task SkipAsync(int length) => await ReadAsync(length);

    private async Task<byte[]> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
        {
            int received = await _socket.ReceiveAsync(bytes.AsMemory(have), Cancel);
            Assert.NotEqual(0, received);
            have += received;
        }
        return bytes;
    }

    /// <summary>Proves that the other side still listens: a rejected request is answered.</summary>
    public async Task AssertAnswersAsync()
    {
        await SendAsync(Numbers(PeerMessageId.Request, uint.MaxValue, 7, 7));
        byte[] reject = Numbers(PeerMessageId.RejectRequest, uint.MaxValue, 7, 7);
        var heard = new List<byte>();
        byte[] buffer = new byte[64 * 1024];
        while (heard.Count < reject.Length || !heard.TakeLast(reject.Length).SequenceEqual(reject))
        {
            int received = await _socket.ReceiveAsync(buffer, Cancel);
            Assert.NotEqual(0, received);
            heard.AddRange(buffer.AsSpan(0, received));
        }
    }

    public void Dispose() => _socket.Dispose();
}
