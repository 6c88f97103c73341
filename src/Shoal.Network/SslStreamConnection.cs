using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network;

/// <summary>A peer over the platform's TLS, where OpenSSL is not to be had.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Close is the end of its life, and disposes of the stream.")]
internal sealed class SslStreamConnection : TlsConnection
{
    // One record's worth (RFC 8446, section 5.1): a try is for small messages, and makes no more than one.
    private const int MaxTryBytes = 16 * 1024;

    private readonly IConnection _inner;
    private readonly RecordStream _records;
    private readonly SslStream _stream;
    private ReadOnlyMemory<byte> _unread;

    // Bytes that a try put into a record and could not send whole: the first of what is sent next.
    private int _encrypted;

    public SslStreamConnection(IConnection inner, RecordStream records, SslStream stream, X509Certificate2 theirs)
        : base(theirs)
    {
        _inner = inner;
        _records = records;
        _stream = stream;
        _records.IsGathering = true;
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
        try
        {
            int count = await _stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false);
            // Whole records that are here already come along, so that a fast peer is dealt with in large portions.
            while (count > 0 && count < buffer.Length && _records.HasRecord)
                count += await _stream.ReadAsync(buffer[count..], CancellationToken.None).ConfigureAwait(false);
            return new SocketResult(count, SocketError.Success);
        }
        catch (Exception e) when (IsEnd(e))
        {
            return new SocketResult(0, SocketError.ConnectionReset);
        }
    }

    /// <inheritdoc/>
    public override void Unread(ReadOnlyMemory<byte> bytes) => UnreadBytes.Put(ref _unread, bytes);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<SocketResult> SendAsync(Memory<byte> bytes)
    {
        try
        {
            int already = Math.Min(_encrypted, bytes.Length);
            _encrypted -= already;
            if (already < bytes.Length)
                await _stream.WriteAsync(bytes[already..], CancellationToken.None).ConfigureAwait(false);
            await _records.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            return new SocketResult(bytes.Length, SocketError.Success);
        }
        catch (Exception e) when (IsEnd(e))
        {
            return new SocketResult(0, SocketError.ConnectionReset);
        }
    }

    /// <inheritdoc/>
    public override SocketResult TrySend(Span<byte> bytes)
    {
        // What is in a record already cannot be taken back, so it counts as sent when the record is.
        if (_encrypted > 0 || bytes.Length > MaxTryBytes) return new SocketResult(0, SocketError.Success);
        try
        {
            _stream.Write(bytes);
            if (_records.TryFlush()) return new SocketResult(bytes.Length, SocketError.Success);
            _encrypted = bytes.Length;
            return new SocketResult(0, SocketError.Success);
        }
        catch (Exception e) when (IsEnd(e))
        {
            return new SocketResult(0, SocketError.ConnectionReset);
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        _inner.Close();
        _stream.Dispose();
    }

    /// <summary>True for what a stream throws when the connection ends or the other side breaks the protocol.</summary>
    public static bool IsEnd(Exception exception) => exception is IOException or AuthenticationException
        or ObjectDisposedException or InvalidOperationException or OperationCanceledException;
}
