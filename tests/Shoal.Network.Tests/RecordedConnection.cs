using System.Net;

namespace Shoal.Network.Tests;

/// <summary>Keeps what is received over another connection.</summary>
internal sealed class RecordedConnection(IConnection inner) : IConnection
{
    public List<byte> Received { get; } = [];

    public IPEndPoint Remote => inner.Remote;

    public IPEndPoint Local => inner.Local;

    public async ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer)
    {
        SocketResult result = await inner.ReceiveAsync(buffer);
        Received.AddRange(buffer.Span[..result.Bytes]);
        return result;
    }

    public void Unread(ReadOnlyMemory<byte> bytes) => inner.Unread(bytes);

    public ValueTask<SocketResult> SendAsync(Memory<byte> bytes) => inner.SendAsync(bytes);

    public SocketResult TrySend(Span<byte> bytes) => inner.TrySend(bytes);

    public void Close() => inner.Close();
}
