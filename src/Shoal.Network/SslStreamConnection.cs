using System.Diagnostics.CodeAnalysis;
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
    private readonly RecordStream _records;
    private readonly SslStream _stream;

    public SslStreamConnection(IConnection inner, RecordStream records, SslStream stream, X509Certificate2 theirs)
        : base(inner, theirs)
    {
        _records = records;
        _stream = stream;
        _records.IsGathering = true;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private protected override async ValueTask<SocketResult> DecryptAsync(Memory<byte> buffer)
    {
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private protected override async ValueTask<SocketResult> EncryptAsync(Memory<byte> bytes, int already)
    {
        try
        {
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
    private protected override SocketResult TryEncrypt(Span<byte> bytes, out int encrypted)
    {
        encrypted = 0;
        try
        {
            _stream.Write(bytes);
            if (_records.TryFlush()) return new SocketResult(bytes.Length, SocketError.Success);
            encrypted = bytes.Length;
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
        Inner.Close();
        _stream.Dispose();
    }

    /// <summary>True for what a stream throws when the connection ends or the other side breaks the protocol.</summary>
    public static bool IsEnd(Exception exception) => exception is IOException or AuthenticationException
        or ObjectDisposedException or InvalidOperationException or OperationCanceledException;
}
