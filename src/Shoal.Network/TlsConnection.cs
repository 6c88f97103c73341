using System.Net;
using System.Security.Cryptography.X509Certificates;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>A peer over TLS, whose certificate was judged when the connection was made.</summary>
public abstract class TlsConnection : IConnection
{
    private protected TlsConnection(X509Certificate2 theirs) => Certificate = theirs;

    /// <summary>The other side's certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <inheritdoc/>
    public StreamSecurity Security => StreamSecurity.Tls;

    /// <inheritdoc/>
    public abstract TimeSpan? RoundTrip { get; }

    // It is never made quiet: a part of a record is bytes that are here, and a receive that waits for the rest.

    /// <inheritdoc/>
    public abstract int Available { get; }

    /// <inheritdoc/>
    public abstract IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public abstract IPEndPoint Local { get; }

    /// <inheritdoc/>
    public abstract ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer);

    /// <inheritdoc/>
    public abstract void Unread(ReadOnlyMemory<byte> bytes);

    /// <inheritdoc/>
    public abstract ValueTask<SocketResult> SendAsync(Memory<byte> bytes);

    /// <inheritdoc/>
    public abstract SocketResult TrySend(Span<byte> bytes);

    /// <inheritdoc/>
    public abstract void Close();
}
