using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network;

/// <summary>
/// Makes TLS connections between peers that both show certificates. Only TLS 1.3 is spoken: what is older has
/// weaknesses that nobody here needs for compatibility. Deadlines are kept by whoever closes the connection.
/// </summary>
public static class TlsNegotiation
{
    /// <summary>Begins as the side that opened the connection.</summary>
    /// <param name="connection">What it goes over.</param>
    /// <param name="serverName">The name that is asked for; it crosses the wire in the clear.</param>
    /// <param name="party">What we show and demand.</param>
    public static async ValueTask<TlsOutcome> CallAsync(IConnection connection, string serverName, TlsParty party)
    {
        var verdict = new Verdict { Party = party };
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            ClientCertificateContext = party.Own,
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = party.ChainPolicy(),
            RemoteCertificateValidationCallback = verdict.Judge,
        };
        var records = new RecordStream(connection);
        var stream = new SslStream(records);
        try
        {
            await stream.AuthenticateAsClientAsync(options, CancellationToken.None).ConfigureAwait(false);
            return Connected(connection, records, stream, serverName);
        }
        catch (Exception e) when (TlsConnection.IsEnd(e))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return new TlsOutcome(null, serverName, verdict.FaultOr(TlsFault.Broken));
        }
    }

    /// <summary>Begins as the side that was connected to.</summary>
    /// <param name="guest">What it goes over, while its handshake lasts.</param>
    /// <param name="find">Finds what to show and demand by the name that is asked for.</param>
    /// <param name="gate">Bounds what it costs.</param>
    public static async ValueTask<TlsOutcome> AnswerAsync(
        HandshakeGuest guest, Func<string, TlsParty?> find, HandshakeGate gate)
    {
        IConnection connection = guest.Connection;
        var verdict = new Verdict();
        string serverName = "";
        var records = new RecordStream(connection);
        var stream = new SslStream(records);
        try
        {
            // Nothing is computed for who does not name somebody that is here.
            await stream.AuthenticateAsServerAsync(
                async (_, hello, _, _) =>
                {
                    serverName = hello.ServerName;
                    verdict.Party = find(serverName) ?? throw verdict.Refuse(TlsFault.UnknownName);
                    if (!await guest.EnterAsync(gate, HandshakeGate.TlsCost).ConfigureAwait(false))
                        throw verdict.Refuse(TlsFault.Broken);
                    gate.Leave();
                    return ServerOptions(verdict);
                },
                state: null,
                CancellationToken.None).ConfigureAwait(false);
            return Connected(connection, records, stream, serverName);
        }
        catch (Exception e) when (TlsConnection.IsEnd(e))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return new TlsOutcome(null, serverName, verdict.FaultOr(TlsFault.Broken));
        }
    }

    private static SslServerAuthenticationOptions ServerOptions(Verdict verdict) => new()
    {
        ServerCertificateContext = verdict.Party!.Own,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateChainPolicy = verdict.Party.ChainPolicy(),
        RemoteCertificateValidationCallback = verdict.Judge,
    };

    private static TlsOutcome Connected(
        IConnection connection, RecordStream records, SslStream stream, string serverName) =>
        stream.RemoteCertificate is X509Certificate2 theirs
            ? new TlsOutcome(new TlsConnection(connection, records, stream, theirs), serverName, TlsFault.None)
            : new TlsOutcome(null, serverName, TlsFault.NoCertificate);

    /// <summary>What was found about the other side, for when TLS itself only says that it failed.</summary>
    private sealed class Verdict
    {
        private TlsFault _fault;

        public TlsParty? Party { get; set; }

        public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            _fault = Party!.Judge(certificate as X509Certificate2, chain);
            return _fault == TlsFault.None;
        }

        public AuthenticationException Refuse(TlsFault fault)
        {
            _fault = fault;
            return new AuthenticationException("Refused.");
        }

        public TlsFault FaultOr(TlsFault other) => _fault == TlsFault.None ? other : _fault;
    }
}
