using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Shoal.Tracker;

/// <summary>
/// A tracker that runs inside any program: announces and scrapes over HTTP from one port, swarms in memory. It uses the
/// web server without the hosting around it, so that it starts in a moment and costs little.
/// </summary>
public sealed class TrackerServer : IAsyncDisposable
{
    /// <summary>Header lines of a request at the most; clients send half a dozen.</summary>
    private const int MaxHeaders = 50;

    /// <summary>Bytes of all headers together at the most.</summary>
    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Bytes of a request line at the most: room for a scrape of a hundred escaped info-hashes.</summary>
    private const int MaxRequestLineBytes = 8 * 1024;

    /// <summary>How long requests under way may take when the server stops.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMinutes(1);

    private readonly KestrelServer _server;
    private readonly AnnounceService _service;
    private readonly ITimer _expiry;
    private int _stopped;

    private TrackerServer(KestrelServer server, AnnounceService service, TimeProvider time)
    {
        (_server, _service) = (server, service);
        string address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = BindingAddress.Parse(address).Port;
        _expiry = time.CreateTimer(_ => service.Expire(), null, ExpiryPeriod, ExpiryPeriod);
    }

    /// <summary>The port that the server listens on.</summary>
    public int Port { get; }

    /// <summary>What it has done and what it holds.</summary>
    public TrackerCounters Counters => _service.Counters;

    /// <summary>Starts a tracker; it answers when the task completes.</summary>
    /// <exception cref="IOException">The address or port cannot be listened on.</exception>
    public static async Task<TrackerServer> StartAsync(TrackerOptions options, CancellationToken cancellationToken)
    {
        var service = new AnnounceService(options);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(MakeServerOptions(options)), transport,
            NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new HttpFrontEnd(service), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            server.Dispose();
            // What the system refuses (a port below 1024, an address of another machine) is no different to the caller.
            if (e is SocketException)
                throw new IOException($"The tracker cannot listen on {EndPointOf(options)}: {e.Message}", e);
            throw;
        }
        return new TrackerServer(server, service, options.Time);
    }

    /// <summary>Stops listening, lets requests under way end within a second, and forgets all swarms.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        await _expiry.DisposeAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(StopLimit);
        await _server.StopAsync(limit.Token).ConfigureAwait(false);
        _server.Dispose();
    }

    private static IPEndPoint EndPointOf(TrackerOptions options) =>
        new(options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), options.Port);

    private static KestrelServerOptions MakeServerOptions(TrackerOptions options)
    {
        var server = new KestrelServerOptions { AddServerHeader = false };
        KestrelServerLimits limits = server.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestBodySize = 0;
        limits.RequestHeadersTimeout = options.HeadTimeout;
        limits.KeepAliveTimeout = options.IdleTimeout;
        server.Listen(EndPointOf(options), listen => listen.Protocols = HttpProtocols.Http1);
        return server;
    }
}
