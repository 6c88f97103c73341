using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Shoal.Tracker.Http;

/// <summary>
/// Where TCP connections come in: it looks whether they begin with TLS, where there is a certificate, and serves them
/// on the short way first. One port so takes HTTP and HTTPS.
/// </summary>
internal sealed class HttpEntrance(HttpResponder responder, ClientAddress addresses, ConnectionRoster roster,
    CertificateFiles? certificate, TimeSpan handshakeLimit)
{
    /// <summary>The first byte of a TLS connection: a handshake record.</summary>
    private const byte TlsHandshake = 22;

    /// <summary>Puts the entrance before the web server's own way of reading a connection.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => connection => ServeAsync(connection, next);

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (certificate is null || !await BeginsWithTlsAsync(connection).ConfigureAwait(false))
        {
            await ServePlainAsync(connection, next).ConfigureAwait(false);
            return;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(handshakeLimit);
        await using var tls = new SslStream(new DuplexStream(connection.Transport), leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Current,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            }, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            // Not every client gets on with every certificate, and scanners try anything: no fault of the tracker's.
            connection.Abort();
            return;
        }
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        connection.Features.Set<ITlsConnectionFeature>(new TlsFeature());
        connection.Transport = new StreamPipes(tls);
        await ServePlainAsync(connection, next).ConfigureAwait(false);
        await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
        await connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task ServePlainAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var announces = new AnnounceConnection(responder, addresses, connection);
        roster.Add(announces);
        try
        {
            await announces.RunAsync(async context =>
            {
                roster.Remove(announces);
                await next(context).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            // The client went away, or was idle for too long.
        }
        finally
        {
            roster.Remove(announces);
        }
    }

    private async ValueTask<bool> BeginsWithTlsAsync(ConnectionContext connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(handshakeLimit);
        var input = connection.Transport.Input;
        try
        {
            var read = await input.ReadAsync(limit.Token).ConfigureAwait(false);
            bool isTls = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == TlsHandshake;
            input.AdvanceTo(read.Buffer.Start);
            return isTls;
        }
        catch (OperationCanceledException)
        {
            // It said nothing at all; what reads it next sees its end.
            connection.Abort();
            return false;
        }
    }

    private sealed class TlsFeature : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
            Task.FromResult(ClientCertificate);
    }
}
