using System.Buffers;
using System.Buffers.Text;
using System.Net;
using Shoal.Network;
using Shoal.Protocol.Catalogues;

namespace Shoal.Engine.Lines;

/// <summary>
/// Fetches chunks from one endpoint, one at a time, over a connection that is kept where the other side keeps it.
/// </summary>
internal sealed class ChunkSource(ChunkPeer peer, string fileHash, ChunkGeometry geometry, IPAddress? bind)
    : IDisposable
{
    /// <summary>Time for one chunk; the first programs of this protocol give five seconds to a kibibyte.</summary>
    private static readonly TimeSpan ChunkLimit = TimeSpan.FromSeconds(15);

    private IConnection? _connection;
    private bool _isKept;

    /// <summary>Fetches a chunk; null when the endpoint does not give it, or something else.</summary>
    public async Task<byte[]?> FetchAsync(int chunk, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ChunkLimit);
        _connection ??=
            (await TcpDialer.ConnectAsync(peer.EndPoint, bind, limit.Token).ConfigureAwait(false)).Connection;
        if (_connection is not { } connection) return null;
        using CancellationTokenRegistration closing =
            limit.Token.UnsafeRegister(static c => ((IConnection)c!).Close(), connection);
        byte[]? bytes = null;
        bool isEnded = false;
        if ((await connection.SendAsync(new ChunkLine(fileHash, chunk).ToBytes()).ConfigureAwait(false)).IsOk)
            (bytes, isEnded) = await ReceiveAsync(connection, geometry.Length(chunk)).ConfigureAwait(false);
        _isKept = bytes is not null && isEnded;
        if (!_isKept) Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection?.Close();
        _connection = null;
    }

    /// <summary>Receives one answer, and tells whether it ended with a line feed.</summary>
    private async Task<(byte[]? Bytes, bool IsEnded)> ReceiveAsync(IConnection connection, int length)
    {
        // Base64 of so many bytes, and a line feed, perhaps after a carriage return.
        int expected = Base64.GetMaxEncodedToUtf8Length(length);
        byte[] text = ArrayPool<byte>.Shared.Rent(expected + 2);
        try
        {
            int have = 0;
            bool isEnded = false;
            // Who kept the connection before will end the line, and it has to be read before the next request.
            while (!isEnded && have < expected + 2 && (have < expected || _isKept))
            {
                SocketResult received =
                    await connection.ReceiveAsync(text.AsMemory(have, expected + 2 - have)).ConfigureAwait(false);
                if (!received.IsOk) return (null, false);
                if (received.Bytes == 0) break;
                isEnded = text.AsSpan(have, received.Bytes).Contains((byte)'\n');
                have += received.Bytes;
            }
            ReadOnlySpan<byte> answer = text.AsSpan(0, have).TrimEnd("\r\n"u8);
            byte[] bytes = new byte[length];
            bool isWhole = answer.Length == expected
                && Base64.DecodeFromUtf8(answer, bytes.AsSpan(), out _, out int written) == OperationStatus.Done
                && written == length;
            return (isWhole ? bytes : null, isEnded);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
