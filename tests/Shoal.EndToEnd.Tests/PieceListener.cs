using System.Net;
using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.EndToEnd.Tests;

/// <summary>
/// A peer that says nothing after its handshake and keeps what it hears: the pieces that a running program tells the
/// swarm to have, to the moment of its end.
/// </summary>
internal sealed class PieceListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly HashSet<int> _claimed = [];

    private PieceListener()
    {
    }

    /// <summary>Connects and listens until the other side ends or <paramref name="cancel"/>.</summary>
    /// <returns>The numbers of all pieces that it ever said to have.</returns>
    public static async Task<IReadOnlySet<int>> ListenAsync(int port, InfoHash torrent, CancellationToken cancel)
    {
        using var listener = new PieceListener();
        try
        {
            await listener._socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            await listener.HearAsync(torrent, cancel);
        }
        catch (SocketException)
        {
            // Killed: there is nothing more to hear.
        }
        return listener._claimed;
    }

    public void Dispose() => _socket.Dispose();

    private async Task HearAsync(InfoHash torrent, CancellationToken cancel)
    {
        // Without the Fast extension, so that all is said in bitfields and haves.
        byte[] greeting = new byte[Handshake.Length];
        new Handshake(default, torrent, new PeerId(Guid.NewGuid().ToByteArray().Concat(new byte[4]).ToArray()))
            .Write(greeting);
        await _socket.SendAsync(greeting, cancel);
        byte[] buffer = new byte[64 * 1024];
        int end = 0;
        bool isGreeted = false;
        while (true)
        {
            int received = await _socket.ReceiveAsync(buffer.AsMemory(end), cancel);
            if (received == 0) return;
            end += received;
            int taken = 0;
            if (!isGreeted && end < Handshake.Length) continue;
            if (!isGreeted) taken = Handshake.Length;
            isGreeted = true;
            taken += Take(buffer.AsSpan(taken, end - taken));
            buffer.AsSpan(taken, end - taken).CopyTo(buffer);
            end -= taken;
        }
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (true)
        {
            PeerFrame.TryRead(bytes[taken..], PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
            if (consumed == 0) return taken;
            taken += consumed;
            if (consumed > 4) Keep(frame);
        }
    }

    private void Keep(PeerFrame frame)
    {
        if (frame.TryReadHave(out uint piece)) _claimed.Add((int)piece);
        if (frame.Id != PeerMessageId.Bitfield) return;
        for (int i = 0; i < frame.Payload.Length * 8; i++)
            if ((frame.Payload[i / 8] & (0x80 >> (i % 8))) != 0) _claimed.Add(i);
    }
}
