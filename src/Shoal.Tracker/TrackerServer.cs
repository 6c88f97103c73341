using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shoal.Tracker.Access;
using Shoal.Tracker.Api;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Http;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Snapshots;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.Tracker;

/// <summary>
/// A tracker that runs inside any program: announces and scrapes over HTTP and UDP from one port number, swarms in
/// memory. It uses the web server without the hosting around it, so that it starts in a moment and costs little.
/// </summary>
public sealed class TrackerServer : IAsyncDisposable
{
    /// <summary>Header lines of a request at the most; clients send half a dozen.</summary>
    private const int MaxHeaders = 50;

    /// <summary>Bytes of all headers together at the most.</summary>
    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Bytes of a request line at the most: room for a scrape of a hundred escaped info-hashes.</summary>
    private const int MaxRequestLineBytes = RequestHead.MaxLineLength;

    /// <summary>Bytes of answers that wait for one client at the most.</summary>
    private const int MaxUnreadBytes = 64 * 1024;

    /// <summary>How long a client need take nothing; the web server looks once a second.</summary>
    private static readonly TimeSpan ReadingGrace = TimeSpan.FromSeconds(2);

    /// <summary>How long requests under way may take when the server stops.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    /// <summary>Ports tried before none is free for both HTTP and UDP.</summary>
    private const int MaxPortAttempts = 20;

    private readonly KestrelServer _server;
    private readonly UdpFrontEnd? _udp;
    private readonly AnnounceService _service;
    private readonly CatalogueHost? _catalogue;
    private readonly TrackerLog _log;
    private readonly Upkeep _upkeep;
    private readonly IDisposable? _dataLock;
    private readonly StoreHost _host;
    private int _stopped;

    private TrackerServer(KestrelServer server, UdpFrontEnd? udp, AnnounceService service, CatalogueHost? catalogue,
        Upkeep upkeep, StoreHost host, IDisposable? dataLock, TrackerLog log)
    {
        (_server, _udp, _service, _catalogue, _log) = (server, udp, service, catalogue, log);
        (_upkeep, _host, _dataLock) = (upkeep, host, dataLock);
        Port = PortOf(server);
        log.Started(Port, service.Options.Mode, true, udp is not null, udp?.Threads ?? 0);
    }

    /// <summary>The port that the server listens on.</summary>
    public int Port { get; }

    /// <summary>What it has done and what it holds.</summary>
    public TrackerCounters Counters => new(_service.Metrics.AnswersOf(RequestKind.Announce),
        _service.Metrics.AnswersOf(RequestKind.Scrape), _service.Metrics.Refusals, _service.Store.Swarms,
        _service.Store.Totals.Peers);

    /// <summary>
    /// What a request that changes the catalogue has to carry as a bearer token; null when none is asked for.
    /// </summary>
    public string? WriteToken => _catalogue?.WriteToken;

    /// <summary>Starts a tracker; it answers when the task completes.</summary>
    /// <exception cref="IOException">
    /// The address or port cannot be listened on, or the data folder cannot be used.
    /// </exception>
    /// <exception cref="ArgumentException">An option has a value that it cannot have.</exception>
    public static async Task<TrackerServer> StartAsync(TrackerOptions options, CancellationToken cancellationToken)
    {
        TrackerOptionsCheck.Check(options);
        var log = new TrackerLog((options.Logging ?? NullLoggerFactory.Instance).CreateLogger("Shoal.Tracker"));
        IDisposable? dataLock = options.DataFolder is null ? null : DataLock.Take(options.DataFolder);
        try
        {
            return await StartAsync(options, dataLock, log, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            dataLock?.Dispose();
            throw;
        }
    }

    private static async Task<TrackerServer> StartAsync(
        TrackerOptions options, IDisposable? dataLock, TrackerLog log, CancellationToken cancellationToken)
    {
        StoreHost host = await StoreHost.OpenAsync(options, log).ConfigureAwait(false);
        try
        {
            return await StartAsync(options, host, dataLock, log, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<TrackerServer> StartAsync(TrackerOptions options, StoreHost host, IDisposable? dataLock,
        TrackerLog log, CancellationToken cancellationToken)
    {
        CatalogueRegistry? registry = options is { Mode: TrackerMode.Listed, Catalogue: not null }
            ? new CatalogueRegistry(options.Registry) : null;
        var gate = new AccessGate(
            options.Mode, registry ?? options.Registry, options.Keys, options.Time, host.Keys);
        var service = new AnnounceService(options, host.Store, gate, host.Secret, new TrackerMetrics());
        var snapshot = options.DataFolder is { } data ? new SnapshotFile(data, host.Memory, service, log) : null;
        snapshot?.Load();
        var roster = new ConnectionRoster(options.Time, options.IdleTimeout);
        CertificateFiles? certificate = options.CertificateFile is null
            ? null : CertificateFiles.Open(options.CertificateFile, options.CertificateKeyFile!);
        CatalogueHost? catalogue = options.Catalogue is null
            ? null : CatalogueHost.Open(options, service, host, registry, log);
        try
        {
            (KestrelServer server, UdpFrontEnd? udp) =
                await BindAsync(service, catalogue, roster, certificate, log, cancellationToken).ConfigureAwait(false);
            var upkeep = new Upkeep(service, roster, catalogue, certificate, snapshot, log);
            return new TrackerServer(server, udp, service, catalogue, upkeep, host, dataLock, log);
        }
        catch
        {
            if (catalogue is not null) await catalogue.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where a tracker with a data folder keeps the token that it made for its catalogue.</summary>
    public static string TokenPath(string dataFolder) => Path.Combine(dataFolder, TokenFile.Name);

    /// <summary>Stops listening, lets requests under way end within a second, and writes a last snapshot.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        Task udp = _udp?.StopAsync() ?? Task.CompletedTask;
        using var limit = new CancellationTokenSource(StopLimit);
        await _server.StopAsync(limit.Token).ConfigureAwait(false);
        _server.Dispose();
        await udp.ConfigureAwait(false);
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        if (_catalogue is not null) await _catalogue.DisposeAsync().ConfigureAwait(false);
        _dataLock?.Dispose();
        _log.Stopped(Port);
    }

    /// <summary>
    /// Listens for HTTP, and for UDP on the same number. When any free port will do and the number is taken for UDP,
    /// another one is tried.
    /// </summary>
    private static async Task<(KestrelServer, UdpFrontEnd?)> BindAsync(
        AnnounceService service, CatalogueHost? catalogue, ConnectionRoster roster, CertificateFiles? certificate,
        TrackerLog log, CancellationToken cancellationToken)
    {
        TrackerOptions options = service.Options;
        var responder = new HttpResponder(service);
        var addresses = new ClientAddress(options.ProxyHeader?.ToLowerInvariant(), options.TrustedProxies);
        var entrance = new HttpEntrance(responder, addresses, roster, certificate, options.HeadTimeout);
        var front = new HttpFrontEnd(responder, addresses, new WatchPages(service, roster), catalogue?.Handler);
        for (int attempt = 1; ; attempt++)
        {
            KestrelServer server = MakeServer(options, entrance);
            try
            {
                await server.StartAsync(front, cancellationToken).ConfigureAwait(false);
                return (server, options.AnswersUdp ? UdpFrontEnd.Start(service, PortOf(server), log) : null);
            }
            catch (SocketException e) when (options.Port == 0 && attempt < MaxPortAttempts
                && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                await StopAsync(server).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await StopAsync(server).ConfigureAwait(false);
                // What the system refuses (a port below 1024, an address of another machine) is no different to the
                // caller.
                if (e is SocketException)
                    throw new IOException($"The tracker cannot listen on {EndPointOf(options)}: {e.Message}", e);
                throw;
            }
        }
    }

    private static async ValueTask StopAsync(KestrelServer server)
    {
        await server.StopAsync(CancellationToken.None).ConfigureAwait(false);
        server.Dispose();
    }

    private static int PortOf(KestrelServer server) =>
        BindingAddress.Parse(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    private static IPEndPoint EndPointOf(TrackerOptions options) =>
        new(options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), options.Port);

    private static KestrelServer MakeServer(TrackerOptions options, HttpEntrance entrance)
    {
        // The socket's own continuation runs the request, which never blocks; a hop to another thread would cost more.
        var sockets = new SocketTransportOptions { UnsafePreferInlineScheduling = true };
        return new KestrelServer(Options.Create(MakeServerOptions(options, entrance)),
            new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    private static KestrelServerOptions MakeServerOptions(TrackerOptions options, HttpEntrance entrance)
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
        // Who takes less than all that waits for him within the idle time is as good as gone.
        limits.MaxResponseBufferSize = MaxUnreadBytes;
        limits.MinResponseDataRate = new MinDataRate(MaxUnreadBytes / options.IdleTimeout.TotalSeconds, ReadingGrace);
        server.Listen(EndPointOf(options), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(entrance.Before);
        });
        return server;
    }
}
