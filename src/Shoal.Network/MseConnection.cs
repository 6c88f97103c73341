using System.Net;
using System.Runtime.CompilerServices;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>
/// A peer whose stream is encrypted with RC4, both ways. Bytes are decrypted and encrypted where they lie, so that it
/// moves as many in one call as the connection below does.
/// </summary>
internal sealed class MseConnection(IConnection inner, Rc4 receiving, Rc4 sending) : IConnection
{
    private ReadOnlyMemory<byte> _unread;

    // Bytes that a try encrypted and could not send: the first of what is sent next, and not to be encrypted twice.
    private int _encrypted;

    /// <inheritdoc/>
    public IPEndPoint Remote => inner.Remote;

    /// <inheritdoc/>
    public IPEndPoint Local => inner.Local;

    /// <inheritdoc/>
    public StreamSecurity Security => StreamSecurity.Rc4;

    /// <inheritdoc/>
    public TimeSpan? RoundTrip => inner.RoundTrip;

    /// <inheritdoc/>
    public int Available => _unread.Length + inner.Available;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer)
    {
        if (!_unread.IsEmpty) return UnreadBytes.Take(ref _unread, buffer.Span);
        SocketResult result = await inner.ReceiveAsync(buffer).ConfigureAwait(false);
        receiving.Apply(buffer.Span[..result.Bytes]);
        return result;
    }

    /// <inheritdoc/>
    public void SetQuiet(bool isQuiet) => inner.SetQuiet(isQuiet);

    /// <inheritdoc/>
    public void Unread(ReadOnlyMemory<byte> bytes) => UnreadBytes.Put(ref _unread, bytes);

    /// <inheritdoc/>
    public ValueTask<SocketResult> SendAsync(Memory<byte> bytes)
    {
        Encrypt(bytes.Span);
        return inner.SendAsync(bytes);
    }

    /// <inheritdoc/>
    public SocketResult TrySend(Span<byte> bytes)
    {
        Encrypt(bytes);
        SocketResult result = inner.TrySend(bytes);
        _encrypted += bytes.Length - result.Bytes;
        return result;
    }

    /// <inheritdoc/>
    public void Close() => inner.Close();

    private void Encrypt(Span<byte> bytes)
    {
        int already = Math.Min(_encrypted, bytes.Length);
        _encrypted -= already;
        sending.Apply(bytes[already..]);
    }
}
