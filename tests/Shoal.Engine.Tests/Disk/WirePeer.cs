using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Disk;

/// <summary>
/// A peer of the engine that a test moves by hand. It keeps every message that comes, and answers requests only when
/// told to.
/// </summary>
internal sealed class WirePeer : IDisposable
{
    // What a test sends is there when the call returns, and not when the other side has answered something.
    private readonly Socket _socket =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private readonly TestTorrent _torrent;
    private readonly ConcurrentQueue<BlockSpan> _asked = new();
    private readonly ConcurrentQueue<(PeerMessageId Id, byte[] Payload)> _heard = new();
    private int _keepAlives;
    private Task _reading = Task.CompletedTask;

    private WirePeer(TestTorrent torrent) => _torrent = torrent;

    /// <summary>Keep-alives that came.</summary>
    public int KeepAlives => Volatile.Read(ref _keepAlives);

    /// <summary>Blocks that the engine waits for.</summary>
    public int AskedCount => _asked.Count;

    /// <summary>The block that the engine has waited for longest.</summary>
    public BlockSpan NextAsked => _asked.TryPeek(out BlockSpan block) ? block : default;

    /// <summary>True when the engine closed the connection.</summary>
    public bool IsClosed => _reading.IsCompleted;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<WirePeer> ConnectAsync(TorrentEngine engine, TestTorrent torrent)
    {
        var peer = new WirePeer(torrent);
        await peer._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, engine.Port), Cancel);
        await peer.SendAsync(RawPeer.Greeting(torrent.Info.Hashes.Wire));
        peer._reading = Task.Run(peer.ReadAsync, Cancel);
        return peer;
    }

    /// <summary>How many messages of a kind came.</summary>
    public int Heard(PeerMessageId id) => _heard.Count(m => m.Id == id);

    /// <summary>True when a message with exactly these numbers came.</summary>
    public bool HasHeard(PeerMessageId id, params ReadOnlySpan<uint> numbers)
    {
        byte[] payload = RawPeer.Numbers(id, numbers)[5..];
        return _heard.Any(m => m.Id == id && m.Payload.AsSpan().SequenceEqual(payload));
    }

    /// <summary>The bytes of a block that came, or null.</summary>
    public byte[]? Block(uint piece, uint begin)
    {
        byte[] head = RawPeer.Numbers(PeerMessageId.Piece, piece, begin)[5..];
        foreach ((PeerMessageId id, byte[] payload) in _heard)
            if (id == PeerMessageId.Piece && payload.AsSpan(0, head.Length).SequenceEqual(head))
                return payload[head.Length..];
        return null;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, Cancel)..];
    }

    /// <summary>Sends the blocks that were asked for so far.</summary>
    /// <param name="withoutFirst">True to keep back the first block of each piece for the next time.</param>
    /// <param name="most">Blocks to send at the most.</param>
    public async Task AnswerAsync(bool withoutFirst = false, int most = int.MaxValue)
    {
        var buffer = new MessageBuffer();
        var kept = new List<BlockSpan>();
        for (int sent = 0; sent < most && _asked.TryDequeue(out BlockSpan block); sent++)
        {
            if (withoutFirst && block.Begin == 0) kept.Add(block);
            else PeerMessages.WritePiece(buffer, block, _torrent.Block(block).Span);
        }
        foreach (BlockSpan block in kept) _asked.Enqueue(block);
        await SendAsync(buffer.PendingMemory);
    }

    /// <summary>Sends what is certainly rejected; see <see cref="Echoed"/>.</summary>
    public Task PingAsync(uint number) => SendAsync(RawPeer.Numbers(PeerMessageId.Request, uint.MaxValue, number, 7));

    /// <summary>True when a ping came back: all that was sent before it has been dealt with.</summary>
    public bool Echoed(uint number) => HasHeard(PeerMessageId.RejectRequest, uint.MaxValue, number, 7);

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[1 << 20];
        int start = 0, end = 0;
        bool greeted = false;
        while (true)
        {
            int received = await ReceiveAsync(buffer.AsMemory(end));
            if (received == 0) return;
            end += received;
            if (!greeted && end >= Handshake.Length)
            {
                greeted = true;
                start = Handshake.Length;
            }
            if (greeted) start += Take(buffer.AsSpan(start, end - start));
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = greeted ? (0, end - start) : (0, end);
        }
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> into)
    {
        try
        {
            return await _socket.ReceiveAsync(into, Cancel);
        }
        catch (SocketException)
        {
            // Closed hard; for a test that is as closed as any.
            return 0;
        }
        catch (ObjectDisposedException)
        {
            // The test is over.
            return 0;
        }
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (true)
        {
            FrameStatus status =
                PeerFrame.TryRead(bytes[taken..], PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
            if (consumed == 0) return taken;
            taken += consumed;
            if (status == FrameStatus.KeepAlive) Interlocked.Increment(ref _keepAlives);
            else Keep(frame);
        }
    }

    private void Keep(PeerFrame frame)
    {
        _heard.Enqueue((frame.Id, frame.Payload.ToArray()));
        if (frame.Id == PeerMessageId.Request && frame.TryReadRequest(out uint piece, out uint begin, out uint length))
        {
            Assert.True(_torrent.Geometry.TrySpan(piece, begin, length, out BlockSpan span));
            _asked.Enqueue(span);
        }
    }
}
