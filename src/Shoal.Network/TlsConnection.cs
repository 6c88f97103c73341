using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>A peer over TLS, whose certificate was judged when the connection was made.</summary>
public abstract class TlsConnection : IConnection
{
    // One record's worth (RFC 8446, section 5.1): a try is for small messages, and makes no more than one.
    private const int MaxTryBytes = 16 * 1024;

    private ReadOnlyMemory<byte> _unread;

    // Bytes that a try put into a record and could not send whole: the first of what is sent next.
    private int _encrypted;

    private protected TlsConnection(IConnection inner, X509Certificate2 theirs)
    {
        Inner = inner;
        Certificate = theirs;
    }

    /// <summary>The other side's certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <inheritdoc/>
    public StreamSecurity Security => StreamSecurity.Tls;

    /// <inheritdoc/>
    public IPEndPoint Remote => Inner.Remote;

    /// <inheritdoc/>
    public IPEndPoint Local => Inner.Local;

    /// <inheritdoc/>
    public TimeSpan? RoundTrip => Inner.RoundTrip;

    // It is never made quiet: a part of a record is bytes that are here, and a receive that waits for the rest.

    /// <inheritdoc/>
    public int Available => _unread.Length + Inner.Available;

    /// <summary>What it goes over.</summary>
    private protected IConnection Inner { get; }

    /// <inheritdoc/>
    public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) => _unread.IsEmpty
        ? DecryptAsync(buffer)
        : new ValueTask<SocketResult>(UnreadBytes.Take(ref _unread, buffer.Span));

    /// <inheritdoc/>
    public void Unread(ReadOnlyMemory<byte> bytes) => UnreadBytes.Put(ref _unread, bytes);

    /// <inheritdoc/>
    public ValueTask<SocketResult> SendAsync(Memory<byte> bytes)
    {
        int already = Math.Min(_encrypted, bytes.Length);
        _encrypted -= already;
        return EncryptAsync(bytes, already);
    }

    /// <inheritdoc/>
    public SocketResult TrySend(Span<byte> bytes)
    {
        // What is in a record already cannot be taken back, so it counts as sent when the record is.
        if (_encrypted > 0 || bytes.Length > MaxTryBytes) return new SocketResult(0, SocketError.Success);
        return TryEncrypt(bytes, out _encrypted);
    }

    /// <inheritdoc/>
    public abstract void Close();

    /// <summary>Receives records and decrypts them, as <see cref="ReceiveAsync"/>.</summary>
    private protected abstract ValueTask<SocketResult> DecryptAsync(Memory<byte> buffer);

    /// <summary>Encrypts and sends, the first bytes being in a record already, as <see cref="SendAsync"/>.</summary>
    private protected abstract ValueTask<SocketResult> EncryptAsync(Memory<byte> bytes, int already);

    /// <summary>
    /// Encrypts into one record and sends it if that goes without waiting; otherwise tells how many bytes are in the
    /// record that waits.
    /// </summary>
    private protected abstract SocketResult TryEncrypt(Span<byte> bytes, out int encrypted);
}
