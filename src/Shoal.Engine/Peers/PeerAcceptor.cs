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

    private readonly HandshakeRoom _pending = new(services.Time, services.Options.MaxPendingHandshakes);
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
    public void CloseLate() => _pending.CloseLate(HandshakeTimeout);

    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        listener.Dispose();
        await _loop.ConfigureAwait(false);
        _pending.CloseAll();
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
            while (_pending.MakeRoom() is var wait && wait > TimeSpan.Zero && !_isStopped)
                await Task.Delay(wait, _time).ConfigureAwait(false);
            _ = GreetAsync(_pending.Add(connection));
        }
    }

    private async Task GreetAsync(HandshakeGuest guest)
    {
        IConnection connection = guest.Connection;
        try
        {
            (StreamKind kind, DisconnectReason reason) = await FirstBytes.DetectAsync(connection).ConfigureAwait(false);
            guest.Advance();
            switch (kind)
            {
                case StreamKind.Undecided:
                    Refuse(guest, reason);
                    break;
                case StreamKind.BitTorrent when Policy == EncryptionPolicy.Required:
                    Refuse(guest, DisconnectReason.EncryptionRequired);
                    break;
                case StreamKind.BitTorrent:
                    await ReadHandshakeAsync(guest, connection, null).ConfigureAwait(false);
                    break;
                case StreamKind.Tls:
                    await NegotiateTlsAsync(guest).ConfigureAwait(false);
                    break;
                case StreamKind.Obfuscated when Policy != EncryptionPolicy.Off:
                    await NegotiateAsync(guest).ConfigureAwait(false);
                    break;
                case StreamKind.ChunkLines when ChunkLines is { } lines:
                    if (TakeFromPending(guest)) await lines.ServeAsync(connection).ConfigureAwait(false);
                    break;
                default:
                    Refuse(guest, DisconnectReason.NotBitTorrent);
                    break;
            }
        }
        catch (Exception e)
        {
            // A defect of ours costs this connection and is logged; the others go on.
            EngineLog.IncomingFault(_log, e, connection.Remote);
            _pending.Remove(guest, out _);
            connection.Close();
        }
    }

    private async ValueTask NegotiateAsync(HandshakeGuest guest)
    {
        MseMethods allowed = MseMethods.Rc4;
        if (Policy == EncryptionPolicy.Preferred) allowed |= MseMethods.Plaintext;
        MseOutcome outcome = await MseNegotiation.AnswerAsync(
            guest, services.MseTorrents.Find, allowed, services.Gate).ConfigureAwait(false);
        if (outcome.Connection is { } stream)
            await ReadHandshakeAsync(guest, stream, outcome.Torrent).ConfigureAwait(false);
        else Refuse(guest, ReasonOf(outcome.Status));
    }

    private async ValueTask NegotiateTlsAsync(HandshakeGuest guest)
    {
        TorrentActor? torrent = null;
        TlsOutcome outcome = await services.Tls.AnswerAsync(
            guest,
            name =>
            {
                torrent = InfoHash.TryParseHex(name, out InfoHash hash) ? findTorrent(hash) : null;
                return torrent?.Tls?.Party;
            },
            services.Gate).ConfigureAwait(false);
        if (outcome.Connection is { } stream)
            await ReadHandshakeAsync(guest, stream, torrent!.Hashes.Wire).ConfigureAwait(false);
        else Refuse(guest, TlsReasons.Of(outcome.Fault), torrent);
    }

    private static DisconnectReason ReasonOf(MseStatus status) => status switch
    {
        MseStatus.NeedMore => DisconnectReason.ClosedByPeer,
        MseStatus.UnknownTorrent => DisconnectReason.UnknownTorrent,
        MseStatus.NoSync => DisconnectReason.NotBitTorrent,
        _ => DisconnectReason.EncryptionFailed,
    };

    /// <summary>Reads the handshake from a stream and gives it to the torrent.</summary>
    /// <param name="guest">What was accepted.</param>
    /// <param name="stream">The same, or what came of it.</param>
    /// <param name="negotiated">The torrent that was asked for to get here; the handshake may name no other.</param>
    private async ValueTask ReadHandshakeAsync(HandshakeGuest guest, IConnection stream, InfoHash? negotiated)
    {
        (Handshake? handshake, DisconnectReason reason) = await HandshakeReader.ReadAsync(stream).ConfigureAwait(false);
        if (handshake is null)
        {
            Refuse(guest, reason);
            return;
        }
        TorrentActor? torrent = findTorrent(handshake.Value.InfoHash);
        if (torrent is null || (negotiated is { } asked && !torrent.Hashes.Answers(asked)))
            Refuse(guest, DisconnectReason.UnknownTorrent);
        else if (torrent.Tls is not null && stream is not TlsConnection)
            Refuse(guest, DisconnectReason.TlsRequired, torrent);
        else if (TakeFromPending(guest)) torrent.Accept(stream, handshake.Value);
    }

    /// <summary>False when the connection was given up meanwhile to make room for another; it is closed then.</summary>
    private bool TakeFromPending(HandshakeGuest guest)
    {
        if (_pending.Remove(guest, out _)) return true;
        Refuse(guest, DisconnectReason.TooManyConnections);
        return false;
    }

    /// <param name="guest">What was accepted.</param>
    /// <param name="reason">Why it goes no further.</param>
    /// <param name="torrent">The torrent that it was for, if that is known.</param>
    private void Refuse(HandshakeGuest guest, DisconnectReason reason, TorrentActor? torrent = null)
    {
        if (_pending.Remove(guest, out TimeSpan stayed) && stayed > HandshakeTimeout)
            reason = DisconnectReason.HandshakeTimeout;
        guest.Connection.Close();
        EngineLog.IncomingRefused(_log, guest.Connection.Remote, reason);
        torrent?.PeerIsRefused(guest.Connection.Remote, isIncoming: true, reason);
    }
}
