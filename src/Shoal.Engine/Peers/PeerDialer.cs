using System.Net;
using System.Net.Sockets;
using Shoal.Network;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Encryption;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.Peers;

/// <summary>
/// Connects to the peers of one torrent, in the forms that the engine's policy allows. Encrypted comes first: a
/// network that hinders BitTorrent in the clear may remember who spoke it. Who closes on that is called again in the
/// clear at once, and the next time in the clear only.
/// </summary>
internal sealed class PeerDialer(EngineServices services, Handshake greeting, Func<TlsParty?> tls)
{
    // A peer that does not answer a connect in this time is not worth its half-open socket; libtorrent's figure.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // Who speaks only in the clear may wait for the rest of a handshake instead of closing, though few do.
    private static readonly TimeSpan NegotiationTimeout = TimeSpan.FromSeconds(6);

    private readonly byte[] _greeting = Write(greeting);

    /// <summary>Connects; it never fails but by its result.</summary>
    /// <param name="endPoint">Where to.</param>
    /// <param name="origin">Who named the address: it decides whether it may be connected to.</param>
    /// <param name="isPlainOnly">True when the peer is known not to take encrypted connections.</param>
    /// <param name="stop">Ends the attempt.</param>
    public async Task<DialledPeer> DialAsync(
        IPEndPoint endPoint, AddressOrigin origin, bool isPlainOnly, CancellationToken stop)
    {
        if (!AddressPolicy.Allows(origin, AddressUse.Peer, endPoint, out string? refusal))
            return new DialledPeer(endPoint, null, SocketError.AccessDenied, Refusal: refusal);
        try
        {
            await services.HalfOpen.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new DialledPeer(endPoint, null, SocketError.OperationAborted);
        }
        try
        {
            if (tls() is { } party) return await DialTlsAsync(endPoint, party, stop).ConfigureAwait(false);
            EncryptionPolicy policy = services.Options.Encryption;
            if (policy == EncryptionPolicy.Off || (isPlainOnly && policy == EncryptionPolicy.Preferred))
                return await DialPlainAsync(endPoint, isPlainOnly, stop).ConfigureAwait(false);
            (DialledPeer dialled, bool isUnlucky) =
                await DialEncryptedAsync(endPoint, policy, stop).ConfigureAwait(false);
            if (isUnlucky) (dialled, _) = await DialEncryptedAsync(endPoint, policy, stop).ConfigureAwait(false);
            bool isRefused = dialled is { Connection: null, Error: SocketError.ProtocolType };
            return isRefused && policy == EncryptionPolicy.Preferred
                ? await DialPlainAsync(endPoint, true, stop).ConfigureAwait(false)
                : dialled;
        }
        finally
        {
            services.HalfOpen.Release();
        }
    }

    private async Task<DialledPeer> DialPlainAsync(IPEndPoint endPoint, bool isPlainOnly, CancellationToken stop)
    {
        (IConnection? connection, SocketError error) = await ConnectAsync(endPoint, stop).ConfigureAwait(false);
        return new DialledPeer(endPoint, connection, error, IsPlainOnly: isPlainOnly);
    }

    /// <summary>
    /// The error is that of the protocol when the peer takes connections and not this handshake; unlucky is who may be
    /// refused for nothing but the keys that were drawn.
    /// </summary>
    private async Task<(DialledPeer Dialled, bool IsUnlucky)> DialEncryptedAsync(
        IPEndPoint endPoint, EncryptionPolicy policy, CancellationToken stop)
    {
        (IConnection? connection, SocketError error) = await ConnectAsync(endPoint, stop).ConfigureAwait(false);
        if (connection is null) return (new DialledPeer(endPoint, null, error), false);
        MseMethods provide = MseMethods.Rc4;
        if (policy == EncryptionPolicy.Preferred) provide |= MseMethods.Plaintext;
        MseOutcome outcome;
        using (var limit = new CancellationTokenSource(NegotiationTimeout, services.Time))
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop))
        {
            // Closing is what ends a negotiation that waits.
            using (deadline.Token.UnsafeRegister(static s => ((IConnection)s!).Close(), connection))
            {
                outcome = await MseNegotiation.CallAsync(connection, greeting.InfoHash, provide, _greeting)
                    .ConfigureAwait(false);
            }
            if (!deadline.IsCancellationRequested && outcome.Connection is not null)
                return (new DialledPeer(endPoint, outcome.Connection, SocketError.Success, IsGreeted: true), false);
        }
        connection.Close();
        bool isOver = stop.IsCancellationRequested;
        var failed = new DialledPeer(endPoint, null, isOver ? SocketError.OperationAborted : SocketError.ProtocolType);
        return (failed, outcome.HasShortSecret && !isOver);
    }

    private async Task<DialledPeer> DialTlsAsync(IPEndPoint endPoint, TlsParty party, CancellationToken stop)
    {
        (IConnection? connection, SocketError error) = await ConnectAsync(endPoint, stop).ConfigureAwait(false);
        if (connection is null) return new DialledPeer(endPoint, null, error);
        TlsOutcome outcome;
        using (var limit = new CancellationTokenSource(NegotiationTimeout, services.Time))
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop))
        {
            using (deadline.Token.UnsafeRegister(static s => ((IConnection)s!).Close(), connection))
            {
                outcome = await services.Tls.CallAsync(connection, greeting.InfoHash.ToString(), party)
                    .ConfigureAwait(false);
            }
            if (!deadline.IsCancellationRequested && outcome.Connection is not null)
                return new DialledPeer(endPoint, outcome.Connection, SocketError.Success);
        }
        connection.Close();
        return stop.IsCancellationRequested
            ? new DialledPeer(endPoint, null, SocketError.OperationAborted)
            : new DialledPeer(endPoint, null, SocketError.ProtocolType, Fault: TlsReasons.Of(outcome.Fault));
    }

    private async Task<(IConnection? Connection, SocketError Error)> ConnectAsync(
        IPEndPoint endPoint, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(ConnectTimeout, services.Time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        return await TcpDialer.ConnectAsync(endPoint, services.BindAddress, deadline.Token).ConfigureAwait(false);
    }

    private static byte[] Write(Handshake handshake)
    {
        byte[] bytes = new byte[Handshake.Length];
        handshake.Write(bytes);
        return bytes;
    }
}
