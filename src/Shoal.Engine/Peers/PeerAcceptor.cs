using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Torrents;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>
/// Accepts peers, reads their handshake and hands them to the torrent that it names. Until then a connection is worth
/// nothing: there are few of them at a time, and each has little time.
/// </summary>
internal sealed class PeerAcceptor(
    PeerListener listener,
    int maxPending,
    TimeProvider time,
    Func<InfoHash, TorrentActor?> findTorrent,
    ILogger log) : IAsyncDisposable
{
    /// <summary>Time for the first 68 bytes; libtorrent's.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IConnection, long> _pending = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Connections whose handshake is awaited.</summary>
    public int PendingCount => _pending.Count;

    public void Start() => _loop = AcceptAsync();

    /// <summary>Closes connections whose time for the handshake is over. Called by the engine's tick.</summary>
    public void CloseLate()
    {
        foreach ((IConnection connection, long since) in _pending)
            if (time.GetElapsedTime(since) > HandshakeTimeout) connection.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        await _loop.ConfigureAwait(false);
        foreach (IConnection connection in _pending.Keys) connection.Close();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                IConnection? connection = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (connection is null) continue;
                if (_pending.Count >= maxPending) CloseOldest();
                _pending[connection] = time.GetTimestamp();
                _ = GreetAsync(connection);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task GreetAsync(IConnection connection)
    {
        (Handshake? handshake, DisconnectReason reason) =
            await HandshakeReader.ReadAsync(connection).ConfigureAwait(false);
        bool wasPending = _pending.TryRemove(connection, out long since);
        if (handshake is not null && wasPending)
        {
            if (findTorrent(handshake.Value.InfoHash) is { } torrent)
            {
                torrent.Accept(connection, handshake.Value);
                return;
            }
            reason = DisconnectReason.UnknownTorrent;
        }
        else if (time.GetElapsedTime(since) > HandshakeTimeout)
        {
            reason = DisconnectReason.HandshakeTimeout;
        }
        connection.Close();
        EngineLog.IncomingRefused(log, connection.Remote, reason);
    }

    /// <summary>
    /// Makes room for a new connection at the cost of the one that has waited longest: an honest peer sends its
    /// handshake at once, so who waits is more likely not one.
    /// </summary>
    private void CloseOldest()
    {
        IConnection? oldest = null;
        long oldestSince = long.MaxValue;
        foreach ((IConnection connection, long since) in _pending)
        {
            if (since >= oldestSince) continue;
            oldest = connection;
            oldestSince = since;
        }
        if (oldest is null) return;
        _pending.TryRemove(oldest, out _);
        oldest.Close();
    }
}
