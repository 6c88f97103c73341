using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Calls a private swarm with whatever name and certificate a test wants.</summary>
internal static class TlsCaller
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Calls, sends a BitTorrent handshake inside, and returns how many bytes came back.</summary>
    /// <param name="port">Whom it calls.</param>
    /// <param name="serverName">The name that it asks for.</param>
    /// <param name="own">What it shows; null for nothing.</param>
    /// <param name="hash">The torrent that its handshake names.</param>
    /// <param name="protocols">The versions that it speaks.</param>
    public static async Task<int> CallAsync(
        int port,
        string serverName,
        X509Certificate2? own,
        InfoHash hash,
        SslProtocols protocols = SslProtocols.None)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Cancel);
        await using var stream = new SslStream(new NetworkStream(socket));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = serverName,
                    EnabledSslProtocols = protocols,
                    ClientCertificateContext =
                        own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
                    RemoteCertificateValidationCallback = (_, theirs, _, _) => theirs is not null,
                },
                Cancel);
            await stream.WriteAsync(RawPeer.Greeting(hash), Cancel);
            byte[] buffer = new byte[4096];
            int total = 0;
            while (await stream.ReadAsync(buffer, Cancel) is var count and > 0) total += count;
            return total;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // In TLS 1.3 the caller is done before it is judged: what refuses it comes as an end of the connection.
            return 0;
        }
    }
}
