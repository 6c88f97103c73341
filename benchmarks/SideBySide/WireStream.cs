using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.SideBySide;

/// <summary>One connection that speaks the peer wire, for peers that are sockets of this process.</summary>
internal sealed class WireStream
{
    // As of a client that nobody has heard of, so that no program treats it in a way of its own.
    private static readonly byte[] IdPrefix = "-XX0000-"u8.ToArray();

    private readonly Socket _socket;
    private readonly PieceGeometry _geometry;
    private readonly byte[] _received;
    private int _start;
    private int _end;

    /// <param name="socket">Connected.</param>
    /// <param name="geometry">The pieces that blocks must lie in.</param>
    /// <param name="receiveBytes">Room for what was received; a message longer than it ends the connection.</param>
    public WireStream(Socket socket, PieceGeometry geometry, int receiveBytes)
    {
        socket.NoDelay = true;
        _socket = socket;
        _geometry = geometry;
        _received = new byte[receiveBytes];
    }

    /// <summary>Messages that go out with the next flush.</summary>
    public MessageBuffer Out { get; } = new();

    /// <summary>Says who we are; the side that dialled says it first.</summary>
    public async Task GreetAsync(InfoHash hash, CancellationToken cancel)
    {
        byte[] id = new byte[PeerId.Length];
        Random.Shared.NextBytes(id);
        IdPrefix.CopyTo(id, 0);
        byte[] greeting = new byte[Handshake.Length];
        new Handshake(default, hash, new PeerId(id)).Write(greeting);
        await _socket.SendAsync(greeting, cancel);
    }

    /// <summary>
    /// Waits for the other side's handshake. False when it is none, as of who tries encryption first: the connection is
    /// to be closed then, which such a peer takes for a wish to speak plainly.
    /// </summary>
    public async Task<bool> IsGreetedAsync(CancellationToken cancel)
    {
        while (_end < Handshake.Length)
            if (!await ReceiveAsync(cancel)) return false;
        _start = Handshake.Length;
        return Handshake.TryRead(_received.AsSpan(0, Handshake.Length), out _) == HandshakeStatus.Ok;
    }

    public async Task FlushAsync(CancellationToken cancel)
    {
        while (!Out.IsEmpty) Out.Consume(await _socket.SendAsync(Out.PendingMemory, cancel));
    }

    /// <summary>Waits for bytes; false when the other side closed, or said more than there is room for.</summary>
    public async Task<bool> ReceiveAsync(CancellationToken cancel)
    {
        _received.AsSpan(_start, _end - _start).CopyTo(_received);
        (_start, _end) = (0, _end - _start);
        if (_end == _received.Length) return false;
        int count = await _socket.ReceiveAsync(_received.AsMemory(_end), cancel);
        _end += count;
        return count > 0;
    }

    /// <summary>Takes the next whole message.</summary>
    /// <param name="id">Its kind; null for a keep-alive.</param>
    /// <param name="block">The block that a request asks for or a piece message brings.</param>
    public bool TryNext(out PeerMessageId? id, out BlockSpan block)
    {
        FrameStatus status = PeerFrame.TryRead(
            _received.AsSpan(_start, _end - _start), PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
        id = status == FrameStatus.Ok ? frame.Id : null;
        block = default;
        _start += consumed;
        if (id == PeerMessageId.Request && frame.TryReadRequest(out uint piece, out uint begin, out uint length))
            _geometry.TrySpan(piece, begin, length, out block);
        else if (id == PeerMessageId.Piece && frame.TryReadPiece(out piece, out begin, out var bytes))
            _geometry.TrySpan(piece, begin, (uint)bytes.Length, out block);
        return consumed > 0;
    }
}
