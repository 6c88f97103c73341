using System.Buffers.Text;
using System.Collections.Concurrent;
using Shoal.Engine.Peers;
using Shoal.Network;

namespace Shoal.Engine.Lines;

/// <summary>
/// Answers <see cref="ChunkLine"/>s on the peer port, for shared files only. How many connections there are, how long
/// a line is and how long one may take are bounded.
/// </summary>
/// <param name="shares">What is served.</param>
/// <param name="time">The clock of the deadlines.</param>
internal sealed class ChunkLineServer(ChunkShares shares, TimeProvider time) : IChunkLines
{
    /// <summary>Connections at the most; a simple peer opens ten. A choice of ours.</summary>
    public const int MaxConnections = 100;

    /// <summary>Time for a whole request, for an answer to be taken, and between requests.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(15);

    /// <summary>Time after which a request without a line feed is taken for a whole one.</summary>
    public static readonly TimeSpan EndLimit = TimeSpan.FromMilliseconds(150);

    /// <summary>Time that the other side has to close after the last answer.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private static readonly byte[] Absent = "ERROR this chunk is not here\n"u8.ToArray();

    private readonly ConcurrentDictionary<IConnection, bool> _connections = new();

    /// <summary>Connections being served.</summary>
    public int Connections => _connections.Count;

    /// <summary>Ends all connections.</summary>
    public void CloseAll()
    {
        foreach (IConnection connection in _connections.Keys) connection.Close();
    }

    /// <inheritdoc/>
    public async Task ServeAsync(IConnection connection)
    {
        try
        {
            if (_connections.Count >= MaxConnections || shares.IsEmpty) return;
            _connections[connection] = true;
            // The one way to end a receive that waits is to close its connection.
            using ITimer watch = time.CreateTimer(
                static c => ((IConnection)c!).Close(), connection, IdleLimit, Timeout.InfiniteTimeSpan);
            await ServeAsync(connection, watch).ConfigureAwait(false);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Close();
        }
    }

    private async Task ServeAsync(IConnection connection, ITimer watch)
    {
        byte[] buffer = new byte[2 * ChunkLine.MaxBytes];
        int have = 0;
        Task<SocketResult>? receiving = null;
        while (true)
        {
            switch (ChunkLine.TryRead(buffer.AsSpan(0, have), out ChunkLine line, out int used))
            {
                case ChunkLineStatus.Line:
                    if (!await AnswerAsync(connection, line, isLine: true).ConfigureAwait(false)) return;
                    watch.Change(IdleLimit, Timeout.InfiniteTimeSpan);
                    buffer.AsSpan(used, have - used).CopyTo(buffer);
                    have -= used;
                    continue;
                case ChunkLineStatus.WithoutEnd when receiving is null:
                    receiving = connection.ReceiveAsync(buffer.AsMemory(have)).AsTask();
                    await Task.WhenAny(receiving, Task.Delay(EndLimit, time)).ConfigureAwait(false);
                    if (receiving.IsCompleted) break;
                    // Nothing follows: the end of the answer is the end of what is sent, and the other side closes.
                    await AnswerAsync(connection, line, isLine: false).ConfigureAwait(false);
                    connection.EndSending();
                    watch.Change(CloseLimit, Timeout.InfiniteTimeSpan);
                    await receiving.ConfigureAwait(false);
                    return;
                case ChunkLineStatus.Bad:
                    return;
            }
            if (have == buffer.Length) return;
            receiving ??= connection.ReceiveAsync(buffer.AsMemory(have)).AsTask();
            SocketResult received = await receiving.ConfigureAwait(false);
            receiving = null;
            if (received.IsOk && received.Bytes == 0
                && ChunkLine.TryRead(buffer.AsSpan(0, have), out line, out _) == ChunkLineStatus.WithoutEnd)
                await AnswerAsync(connection, line, isLine: false).ConfigureAwait(false);
            if (!received.IsOk || received.Bytes == 0) return;
            have += received.Bytes;
        }
    }

    /// <summary>Sends a chunk; false when that was the last of the connection.</summary>
    private async ValueTask<bool> AnswerAsync(IConnection connection, ChunkLine line, bool isLine)
    {
        byte[]? chunk = await shares.ReadAsync(line).ConfigureAwait(false);
        if (chunk is null)
            return isLine && (await connection.SendAsync(Absent.ToArray()).ConfigureAwait(false)).IsOk;
        byte[] text = new byte[Base64.GetMaxEncodedToUtf8Length(chunk.Length) + 1];
        Base64.EncodeToUtf8(chunk, text, out _, out int written);
        if (isLine) text[written++] = (byte)'\n';
        return (await connection.SendAsync(text.AsMemory(0, written)).ConfigureAwait(false)).IsOk;
    }
}
