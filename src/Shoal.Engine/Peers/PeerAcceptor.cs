using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Torrents;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.Encryption;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>
/// Accepts peers, finds out by their first bytes what they speak, and hands them to whom they ask for: the torrent that
/// a handshake names, or the line protocol. Until then a connection is worth nothing: there are few of them at a time,
/// and each has little time.
/// </summary>
internal sealed class PeerAcceptor(
    PeerListener listener, EngineServices services, Func<InfoHash, TorrentActor?> findTorrent) : IAsyncDisposable
{
    /// <summary>Time for the first 68 bytes; libtorrent's.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // When the system has no more sockets, the next look is after this: soon, and without a busy processor till then.
    internal static readonly TimeSpan ScarcityPause = TimeSpan.FromMilliseconds(100);

    // Peers that are gone before they are taken come one by one. More failures than this in a row have another cause,
    // which a pause gives time to go by.
    private const int MaxFailuresInARow = 16;

    private readonly ConcurrentDictionary<IConnection, long> _pending = new();
    private readonly TimeProvider _time = services.Time;
    private readonly ILogger _log = services.Log;
    private volatile bool _isStopped;
    private Task _loop = Task.CompletedTask;

    /// <summary>Connections whose handshake is awaited.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>Serves those who ask for chunks by lines; null refuses them.</summary>
    public IChunkLines? ChunkLines { get; set; }

    private EncryptionPolicy Policy => services.Options.Encryption;

    public void Start() => _loop = AcceptAsync();

    /// <summary>Closes connections whose time for the handshake is over. Called by the engine's tick.</summary>
    public void CloseLate()
    {
        foreach ((IConnection connection, long since) in _pending)
            if (_time.GetElapsedTime(since) > HandshakeTimeout) connection.Close();
    }

    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        listener.Dispose();
        await _loop.ConfigureAwait(false);
        foreach (IConnection connection in _pending.Keys) connection.Close();
    }

    private async Task AcceptAsync()
    {
        int failures = 0;
        while (true)
        {
            (IConnection? connection, SocketError error) = await listener.AcceptAsync().ConfigureAwait(false);
            if (_isStopped)
            {
                connection?.Close();
                return;
            }
            if (connection is null)
            {
                bool isScarce = error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;
                if (isScarce || ++failures > MaxFailuresInARow)
                    await Task.Delay(ScarcityPause, _time).ConfigureAwait(false);
                continue;
            }
            failures = 0;
            if (_pending.Count >= services.Options.MaxPendingHandshakes) CloseOldest();
            _pending[connection] = _time.GetTimestamp();
            _ = GreetAsync(connection);
        }
    }

    private async Task GreetAsync(IConnection connection)
    {
        try
        {
            (StreamKind kind, DisconnectReason reason) = await FirstBytes.DetectAsync(connection).ConfigureAwait(false);
            switch (kind)
            {
                case StreamKind.Undecided:
                    Refuse(connection, reason);
                    break;
                case StreamKind.BitTorrent when Policy == EncryptionPolicy.Required:
                    Refuse(connection, DisconnectReason.EncryptionRequired);
                    break;
                case StreamKind.BitTorrent:
                    await ReadHandshakeAsync(connection, connection, null).ConfigureAwait(false);
                    break;
                case StreamKind.Tls:
                    await NegotiateTlsAsync(connection).ConfigureAwait(false);
                    break;
                case StreamKind.Obfuscated when Policy != EncryptionPolicy.Off:
                    await NegotiateAsync(connection).ConfigureAwait(false);
                    break;
                case StreamKind.ChunkLines when ChunkLines is { } lines:
                    if (TakeFromPending(connection)) await lines.ServeAsync(connection).ConfigureAwait(false);
                    break;
                default:
                    Refuse(connection, DisconnectReason.NotBitTorrent);
                    break;
            }
        }
        catch (Exception e)
        {
            // A defect of ours costs this connection and is logged; the others go on.
            EngineLog.IncomingFault(_log, e, connection.Remote);
            _pending.TryRemove(connection, out _);
            connection.Close();
        }
    }

    private async ValueTask NegotiateAsync(IConnection connection)
    {
        MseMethods allowed = MseMethods.Rc4;
        if (Policy == EncryptionPolicy.Preferred) allowed |= MseMethods.Plaintext;
        MseOutcome outcome = await MseNegotiation.AnswerAsync(
            connection, services.MseTorrents.Find, allowed, services.Gate, () => _pending.ContainsKey(connection))
            .ConfigureAwait(false);
        if (outcome.Connection is { } stream)
            await ReadHandshakeAsync(connection, stream, outcome.Torrent).ConfigureAwait(false);
        else Refuse(connection, ReasonOf(outcome.Status));
    }

    private async ValueTask NegotiateTlsAsync(IConnection connection)
    {
        TorrentActor? torrent = null;
        TlsOutcome outcome = await TlsNegotiation.AnswerAsync(
            connection,
            name =>
            {
                torrent = InfoHash.TryParseHex(name, out InfoHash hash) ? findTorrent(hash) : null;
                return torrent?.Tls?.Party;
            },
            services.Gate,
            () => _pending.ContainsKey(connection)).ConfigureAwait(false);
        if (outcome.Connection is { } stream)
            await ReadHandshakeAsync(connection, stream, torrent!.Hashes.Wire).ConfigureAwait(false);
        else Refuse(connection, TlsReasons.Of(outcome.Fault), torrent);
    }

    private static DisconnectReason ReasonOf(MseStatus status) => status switch
    {
        MseStatus.NeedMore => DisconnectReason.ClosedByPeer,
        MseStatus.UnknownTorrent => DisconnectReason.UnknownTorrent,
        MseStatus.NoSync => DisconnectReason.NotBitTorrent,
        _ => DisconnectReason.EncryptionFailed,
    };

    /// <summary>Reads the handshake from a stream and gives it to the torrent.</summary>
    /// <param name="connection">What was accepted.</param>
    /// <param name="stream">The same, or what came of it.</param>
    /// <param name="negotiated">The torrent that was asked for to get here; the handshake may name no other.</param>
    private async ValueTask ReadHandshakeAsync(IConnection connection, IConnection stream, InfoHash? negotiated)
    {
        (Handshake? handshake, DisconnectReason reason) = await HandshakeReader.ReadAsync(stream).ConfigureAwait(false);
        if (handshake is null)
        {
            Refuse(connection, reason);
            return;
        }
        TorrentActor? torrent = findTorrent(handshake.Value.InfoHash);
        if (torrent is null || (negotiated is { } asked && !torrent.Hashes.Answers(asked)))
            Refuse(connection, DisconnectReason.UnknownTorrent);
        else if (torrent.Tls is not null && stream is not TlsConnection)
            Refuse(connection, DisconnectReason.TlsRequired, torrent);
        else if (TakeFromPending(connection)) torrent.Accept(stream, handshake.Value);
    }

    /// <summary>False when the connection was given up meanwhile to make room for another; it is closed then.</summary>
    private bool TakeFromPending(IConnection connection)
    {
        if (_pending.TryRemove(connection, out _)) return true;
        Refuse(connection, DisconnectReason.TooManyConnections);
        return false;
    }

    /// <param name="connection">What was accepted.</param>
    /// <param name="reason">Why it goes no further.</param>
    /// <param name="torrent">The torrent that it was for, if that is known.</param>
    private void Refuse(IConnection connection, DisconnectReason reason, TorrentActor? torrent = null)
    {
        if (_pending.TryRemove(connection, out long since) && _time.GetElapsedTime(since) > HandshakeTimeout)
            reason = DisconnectReason.HandshakeTimeout;
        connection.Close();
        EngineLog.IncomingRefused(_log, connection.Remote, reason);
        torrent?.PeerIsRefused(connection.Remote, isIncoming: true, reason);
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
