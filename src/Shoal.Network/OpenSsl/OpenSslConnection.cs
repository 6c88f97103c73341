using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network.OpenSsl;

/// <summary>A peer over TLS by OpenSSL: many records go in and come out between two waits for the socket.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Close is the end of its life, and disposes of the engine.")]
internal sealed class OpenSslConnection : TlsConnection
{
    // One record's worth (RFC 8446, section 5.1): a try is for small messages, and makes no more than one.
    private const int MaxTryBytes = 16 * 1024;

    private readonly IConnection _inner;
    private readonly SslEngine _engine;
    private readonly SslSessions? _sessions;
    private readonly string? _peer;
    private ReadOnlyMemory<byte> _unread;

    // Bytes that a try put into a record and could not send whole: the first of what is sent next.
    private int _encrypted;

    /// <summary>Goes on after the handshake.</summary>
    /// <param name="inner">What it goes over.</param>
    /// <param name="engine">TLS, whose handshake is over; it belongs to the connection now.</param>
    /// <param name="theirs">The other side's certificate, which was judged.</param>
    /// <param name="sessions">Take the session at the end, for another call; null when we were called.</param>
    /// <param name="peer">Whom we called.</param>
    public OpenSslConnection(
        IConnection inner, SslEngine engine, X509Certificate2 theirs, SslSessions? sessions, string? peer)
        : base(theirs)
    {
        _inner = inner;
        _engine = engine;
        _sessions = sessions;
        _peer = peer;
    }

    /// <inheritdoc/>
    public override IPEndPoint Remote => _inner.Remote;

    /// <inheritdoc/>
    public override IPEndPoint Local => _inner.Local;

    /// <inheritdoc/>
    public override TimeSpan? RoundTrip => _inner.RoundTrip;

    /// <inheritdoc/>
    public override int Available => _unread.Length + _inner.Available;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer)
    {
        if (!_unread.IsEmpty) return UnreadBytes.Take(ref _unread, buffer.Span);
        while (true)
        {
            int count = _engine.Read(buffer.Span);
            if (count < 0)
                return new SocketResult(0, _engine.IsOver ? SocketError.Success : SocketError.ConnectionReset);
            if (count > 0) return new SocketResult(buffer.IsEmpty ? 0 : count, SocketError.Success);
            _engine.ReleaseInput();
            SocketResult ready = await _inner.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false);
            if (!ready.IsOk) return ready;
            SocketResult received = await _inner.ReceiveAsync(_engine.InputRoom()).ConfigureAwait(false);
            if (!received.IsOk || received.Bytes == 0) return received;
            _engine.Received(received.Bytes);
        }
    }

    /// <inheritdoc/>
    public override void Unread(ReadOnlyMemory<byte> bytes) => UnreadBytes.Put(ref _unread, bytes);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<SocketResult> SendAsync(Memory<byte> bytes)
    {
        int done = Math.Min(_encrypted, bytes.Length);
        _encrypted -= done;
        do
        {
            int count = _engine.Write(bytes.Span[done..]);
            if (count < 0) return new SocketResult(0, SocketError.ConnectionReset);
            done += count;
            ArraySegment<byte> output = _engine.TakeOutput();
            if (output.Count == 0) continue;
            SocketResult sent = await _inner.SendAsync(output).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(output.Array!);
            if (!sent.IsOk) return sent;
        }
        while (done < bytes.Length);
        return new SocketResult(bytes.Length, SocketError.Success);
    }

    /// <inheritdoc/>
    public override SocketResult TrySend(Span<byte> bytes)
    {
        // What is in a record already cannot be taken back, so it counts as sent when the record is.
        if (_encrypted > 0 || bytes.Length > MaxTryBytes) return new SocketResult(0, SocketError.Success);
        int count = _engine.Write(bytes);
        if (count < 0) return new SocketResult(0, SocketError.ConnectionReset);
        if (_engine.TrySend(_inner, out SocketResult result)) return new SocketResult(count, SocketError.Success);
        if (!result.IsOk) return result;
        _encrypted = count;
        return new SocketResult(0, SocketError.Success);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        _inner.Close();
        if (_sessions is not null && _engine.Session() is { } session) _sessions.Put(_peer!, session);
        _engine.Dispose();
    }
}
