using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network.OpenSsl;

/// <summary>Makes TLS connections by OpenSSL itself, which costs less than through the runtime (decision 22).</summary>
internal sealed class OpenSslNegotiator : TlsNegotiator
{
    // The last function of OpenSSL 3 that is used and 1.1.1 does not have.
    private const string Newest = "SSL_get1_peer_certificate";

    /// <summary>True where OpenSSL 3 is.</summary>
    public static bool IsAvailable { get; } = OperatingSystem.IsLinux() && Load();

    /// <inheritdoc/>
    public override async ValueTask<TlsOutcome> CallAsync(IConnection connection, string serverName, TlsParty party)
    {
        SslEngine? engine = null;
        try
        {
            SslContext context = SslContext.Of(party);
            engine = new SslEngine(context, isServer: false);
            // A peer is known by its address: its port is another one each time that it calls.
            string peer = $"{connection.Remote.Address} {serverName}";
            engine.Ask(serverName, context.Sessions.Take(peer));
            SslStep step = await ContinueAsync(engine, connection).ConfigureAwait(false);
            TlsOutcome outcome = await JudgeAsync(engine, connection, step, serverName, party, peer)
                .ConfigureAwait(false);
            if (outcome.Connection is not null) engine = null;
            return outcome;
        }
        catch (CryptographicException)
        {
            return new TlsOutcome(null, serverName, TlsFault.Broken);
        }
        finally
        {
            engine?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<TlsOutcome> AnswerAsync(
        HandshakeGuest guest, Func<string, TlsParty?> find, HandshakeGate gate)
    {
        IConnection connection = guest.Connection;
        string serverName = "";
        SslEngine? engine = null;
        try
        {
            engine = new SslEngine(SslContext.Reception, isServer: true);
            SslStep step = await ContinueAsync(engine, connection).ConfigureAwait(false);
            if (step != SslStep.Named) return await BreakAsync(engine, connection, serverName).ConfigureAwait(false);
            // Nothing is computed for who does not name somebody that is here.
            serverName = engine.ServerName;
            if (find(serverName) is not { } party) return new TlsOutcome(null, serverName, TlsFault.UnknownName);
            if (!await guest.EnterAsync(gate, HandshakeGate.TlsCost).ConfigureAwait(false))
                return new TlsOutcome(null, serverName, TlsFault.Broken);
            gate.Leave();
            engine.BecomeParty(SslContext.Of(party));
            step = await ContinueAsync(engine, connection).ConfigureAwait(false);
            TlsOutcome outcome = await JudgeAsync(engine, connection, step, serverName, party, null)
                .ConfigureAwait(false);
            if (outcome.Connection is not null) engine = null;
            return outcome;
        }
        catch (CryptographicException)
        {
            return new TlsOutcome(null, serverName, TlsFault.Broken);
        }
        finally
        {
            engine?.Dispose();
        }
    }

    /// <summary>Goes on until the handshake is over or somebody has to be looked for.</summary>
    private static async ValueTask<SslStep> ContinueAsync(SslEngine engine, IConnection connection)
    {
        while (engine.Handshake() is var step)
        {
            if (step != SslStep.Receive) return step;
            if (!await FlushAsync(engine, connection).ConfigureAwait(false)) break;
            if (!await ReceiveAsync(engine, connection).ConfigureAwait(false)) break;
        }
        return SslStep.Broken;
    }

    /// <summary>Judges the other side when the handshake is over, before anything more of ours is sent.</summary>
    private static async ValueTask<TlsOutcome> JudgeAsync(
        SslEngine engine, IConnection connection, SslStep step, string serverName, TlsParty party, string? peer)
    {
        if (step != SslStep.Done) return await BreakAsync(engine, connection, serverName).ConfigureAwait(false);
        SslContext context = SslContext.Of(party);
        TlsFault fault = engine.Judge(party, context, out X509Certificate2? theirs);
        if (fault == TlsFault.None && !await FlushAsync(engine, connection).ConfigureAwait(false))
            fault = TlsFault.Broken;
        if (fault != TlsFault.None) return new TlsOutcome(null, serverName, fault);
        SslSessions? sessions = peer is null ? null : context.Sessions;
        return new TlsOutcome(
            new OpenSslConnection(connection, engine, theirs!, sessions, peer), serverName, TlsFault.None);
    }

    /// <summary>Says why in the way of TLS, when it was TLS itself that broke off.</summary>
    private static async ValueTask<TlsOutcome> BreakAsync(SslEngine engine, IConnection connection, string serverName)
    {
        await FlushAsync(engine, connection).ConfigureAwait(false);
        return new TlsOutcome(null, serverName, TlsFault.Broken);
    }

    private static async ValueTask<bool> FlushAsync(SslEngine engine, IConnection connection)
    {
        ArraySegment<byte> output = engine.TakeOutput();
        if (output.Count == 0) return true;
        SocketResult sent = await connection.SendAsync(output).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(output.Array!);
        return sent.IsOk;
    }

    private static async ValueTask<bool> ReceiveAsync(SslEngine engine, IConnection connection)
    {
        // Who does not go on holds no memory.
        engine.ReleaseInput();
        SocketResult ready = await connection.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false);
        if (!ready.IsOk) return false;
        SocketResult received = await connection.ReceiveAsync(engine.InputRoom()).ConfigureAwait(false);
        engine.Received(received.Bytes);
        return received is { IsOk: true, Bytes: > 0 };
    }

    private static bool Load()
    {
        if (!NativeLibrary.TryLoad(LibSsl.Library, out nint library)) return false;
        if (!NativeLibrary.TryGetExport(library, Newest, out _)) return false;
        if (!NativeLibrary.TryLoad(LibCrypto.Library, out _)) return false;
        // At the end of the process other threads are still at work, and the system takes everything back anyway.
        return LibSsl.OPENSSL_init_ssl(LibSsl.InitNoAtExit, 0) == 1;
    }
}
