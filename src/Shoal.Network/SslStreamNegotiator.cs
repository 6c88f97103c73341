using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network;

/// <summary>Makes TLS connections by the runtime's <see cref="SslStream"/>, where OpenSSL is not to be had.</summary>
internal sealed class SslStreamNegotiator : TlsNegotiator
{
    /// <inheritdoc/>
    public override async ValueTask<TlsOutcome> CallAsync(IConnection connection, string serverName, TlsParty party)
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
        catch (Exception e) when (SslStreamConnection.IsEnd(e))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return new TlsOutcome(null, serverName, verdict.FaultOr(TlsFault.Broken));
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<TlsOutcome> AnswerAsync(
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
        catch (Exception e) when (SslStreamConnection.IsEnd(e))
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
            ? new TlsOutcome(new SslStreamConnection(connection, records, stream, theirs), serverName, TlsFault.None)
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
