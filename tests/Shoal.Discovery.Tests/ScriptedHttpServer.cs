using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Shoal.Discovery.Tests;

/// <summary>
/// Answers every connection on loopback with what a script writes, and remembers the request lines and headers.
/// </summary>
internal sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<string, Stream, CancellationToken, Task> _script;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public ScriptedHttpServer(
        Func<string, Stream, CancellationToken, Task> script, IPAddress? address = null,
        X509Certificate2? certificate = null)
    {
        (_script, _certificate) = (script, certificate);
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        if (Equals(address, IPAddress.IPv6Any)) _listener.Server.DualMode = true;
        _listener.Start();
        _loop = AcceptAsync();
    }

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What connections wait for before anything is read from them or said.</summary>
    public Task Opening { get; init; } = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>A server that gives the same answer to everyone.</summary>
    public static ScriptedHttpServer Answering(byte[] answer, IPAddress? address = null) =>
        new((_, stream, token) => stream.WriteAsync(answer, token).AsTask(), address);

    /// <summary>A whole response with that body.</summary>
    public static byte[] Response(byte[] body, string status = "200 OK", string headers = "") =>
        [.. Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}\r\n"), .. body];

    public static byte[] Response(string latin1Body, string status = "200 OK", string headers = "") =>
        Response(Encoding.Latin1.GetBytes(latin1Body), status, headers);

    public static byte[] RedirectTo(string location) => Response("", "302 Found", $"Location: {location}\r\n");

    /// <summary>Waits until the test is over.</summary>
    public static Task UntilEndAsync(CancellationToken token) => new TaskCompletionSource().Task.WaitAsync(token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed.
        }
        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            Stream stream = client.GetStream();
            await Opening.WaitAsync(_stop.Token);
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                stream = tls;
            }
            var head = new StringBuilder();
            byte[] one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(one, _stop.Token) == 0) return;
                head.Append((char)one[0]);
            }
            Requests.Enqueue(head.ToString());
            await _script(head.ToString(), stream, _stop.Token);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone or the test is over.
        }
    }
}
