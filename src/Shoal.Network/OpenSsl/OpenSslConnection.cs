using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network.OpenSsl;

/// <summary>A peer over TLS by OpenSSL: many records go in and come out between two waits for the socket.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Close is the end of its life, and disposes of the engine.")]
internal sealed class OpenSslConnection : TlsConnection
{
    private readonly SslEngine _engine;
    private readonly SslSessions? _sessions;
    private readonly string? _peer;

    /// <summary>Goes on after the handshake.</summary>
    /// <param name="inner">What it goes over.</param>
    /// <param name="engine">TLS, whose handshake is over; it belongs to the connection now.</param>
    /// <param name="theirs">The other side's certificate, which was judged.</param>
    /// <param name="sessions">Take the session at the end, for another call; null when we were called.</param>
    /// <param name="peer">Whom we called.</param>
    public OpenSslConnection(
        IConnection inner, SslEngine engine, X509Certificate2 theirs, SslSessions? sessions, string? peer)
        : base(inner, theirs)
    {
        _engine = engine;
        _sessions = sessions;
        _peer = peer;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private protected override async ValueTask<SocketResult> DecryptAsync(Memory<byte> buffer)
    {
        while (true)
        {
            int count = _engine.Read(buffer.Span);
            if (count < 0)
                return new SocketResult(0, _engine.IsOver ? SocketError.Success : SocketError.ConnectionReset);
            if (count > 0) return new SocketResult(buffer.IsEmpty ? 0 : count, SocketError.Success);
            _engine.ReleaseInput();
            SocketResult ready = await Inner.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false);
            if (!ready.IsOk) return ready;
            SocketResult received = await Inner.ReceiveAsync(_engine.InputRoom()).ConfigureAwait(false);
            if (!received.IsOk || received.Bytes == 0) return received;
            _engine.Received(received.Bytes);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private protected override async ValueTask<SocketResult> EncryptAsync(Memory<byte> bytes, int already)
    {
        int done = already;
        do
        {
            int count = _engine.Write(bytes.Span[done..]);
            if (count < 0) return new SocketResult(0, SocketError.ConnectionReset);
            done += count;
            ArraySegment<byte> output = _engine.TakeOutput();
            if (output.Count == 0) continue;
            SocketResult sent = await Inner.SendAsync(output).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(output.Array!);
            if (!sent.IsOk) return sent;
        }
        while (done < bytes.Length);
        return new SocketResult(bytes.Length, SocketError.Success);
    }

    /// <inheritdoc/>
    private protected override SocketResult TryEncrypt(Span<byte> bytes, out int encrypted)
    {
        encrypted = 0;
        int count = _engine.Write(bytes);
        if (count < 0) return new SocketResult(0, SocketError.ConnectionReset);
        if (_engine.TrySend(Inner, out SocketResult result)) return new SocketResult(count, SocketError.Success);
        if (!result.IsOk) return result;
        encrypted = count;
        return new SocketResult(0, SocketError.Success);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        Inner.Close();
        if (_sessions is not null && _engine.Session() is { } session) _sessions.Put(_peer!, session);
        _engine.Dispose();
    }
}
