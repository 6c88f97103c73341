using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Shoal.Discovery;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Lines;
using Shoal.Engine.Peers;
using Shoal.Engine.Sources;
using Shoal.Engine.Swarms;
using Shoal.Engine.Torrents;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine;

/// <summary>A BitTorrent client without a face: it listens on one port and moves any number of torrents.</summary>
/// <example>
/// <code>
/// await using var engine = await TorrentEngine.StartAsync();
/// var options = new TorrentOptions { Directory = "downloads" };
/// Torrent torrent = await engine.AddAsync(TorrentSource.Parse(magnet), options);
/// await torrent.WaitForCompletionAsync();
/// </code>
/// </example>
public sealed class TorrentEngine : IAsyncDisposable
{
    /// <summary>How often time is told to torrents that have peers. Nothing in a swarm needs finer steps.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    // A file's date is asked for as often: every two seconds.
    private const int TicksPerLook = 8;

    /// <summary>How long trackers are given to hear that we stop.</summary>
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TorrentActor, Torrent> _torrents = new();
    private readonly EngineServices _services;
    private readonly PeerAcceptor _acceptor;
    private readonly ChunkLineServer _chunkLines;
    private readonly ITimer _clock;
    private readonly Lock _adding = new();
    private int _disposed;
    private int _ticks;

    private TorrentEngine(EngineOptions options, PeerListener listener)
    {
        _services = new EngineServices(options, listener.LocalEndPoint.Port, () =>
            (IReadOnlyCollection<TorrentActor>)_torrents.Keys);
        _acceptor = new PeerAcceptor(listener, _services, Find);
        _chunkLines = new ChunkLineServer(_services.ChunkShares, _services.Time);
        _acceptor.ChunkLines = _chunkLines;
        EngineLog.Listening(_services.Log, listener.LocalEndPoint);
        _acceptor.Start();
        _clock = _services.Time.CreateTimer(static s => ((TorrentEngine)s!).Tick(), this, TickInterval, TickInterval);
    }

    /// <summary>TCP port on which peers are accepted.</summary>
    public int Port => _services.Port;

    /// <summary>What all torrents share, for tests that look whether everything was given back.</summary>
    internal EngineServices Services => _services;

    /// <summary>Who peers come to first; the line protocol is plugged in here.</summary>
    internal PeerAcceptor Acceptor => _acceptor;

    /// <summary>The torrents that were added and not removed.</summary>
    public IReadOnlyList<Torrent> Torrents => [.. _torrents.Values];

    /// <summary>Opens the port and starts.</summary>
    /// <exception cref="TorrentException">The address or port cannot be had.</exception>
    public static Task<TorrentEngine> StartAsync(EngineOptions? options =
        null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new EngineOptions();
        OptionChecks.Check(options);
        (PeerListener? listener, SocketError error) = PeerListener.Open(options.BindAddress, options.Port);
        if (listener is null)
        {
            string where = $"{options.BindAddress?.ToString() ?? "any address"}, port {options.Port}";
            string why = error switch
            {
                SocketError.AddressAlreadyInUse => "another program uses it; choose another port, or 0 for a free one",
                SocketError.AddressNotAvailable => "this machine has no such address",
                SocketError.AccessDenied => "the system does not permit it; choose a port above 1023",
                _ => new SocketException((int)error).Message.TrimEnd('.'),
            };
            throw new TorrentException(TorrentError.Network, $"Cannot listen for peers on {where}: {why}.");
        }
        return Task.FromResult(new TorrentEngine(options, listener));
    }

    /// <summary>Adds a torrent and starts it. Returns before its data is checked or its metadata is there.</summary>
    /// <exception cref="TorrentException">
    /// The source is not valid or cannot be read, or the torrent is here already.
    /// </exception>
    public async Task<Torrent> AddAsync(
        TorrentSource source, TorrentOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        OptionChecks.Check(options);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ResolvedSource resolved =
            await SourceReader.ReadAsync(source, _services.Network, cancellationToken).ConfigureAwait(false);
        lock (_adding)
        {
            // Once more: reading a URL takes its time.
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            if (_torrents.Keys.Any(t => t.Hashes.Overlaps(resolved.Hashes)))
                throw new TorrentException(
                    TorrentError.InvalidInput, $"The torrent {resolved.Hashes} is in this engine already.");
            var actor = new TorrentActor(resolved, options, _services);
            var torrent = new Torrent(actor, RemoveAsync);
            _torrents[actor] = torrent;
            if (actor.Tls is null) _services.MseTorrents.Add(actor.Hashes);
            actor.Start();
            return torrent;
        }
    }

    /// <summary>Reads a .torrent from a file or URL without adding it.</summary>
    /// <param name="source">A parsed .torrent, a file or a URL.</param>
    /// <param name="bindAddress">Address to fetch a URL from; null leaves it to the system.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <exception cref="TorrentException">The source is a magnet link, is not valid or cannot be read.</exception>
    public static async Task<Metainfo> ReadAsync(
        TorrentSource source, IPAddress? bindAddress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var network = new TrackerClientOptions { LocalAddress = bindAddress };
        ResolvedSource resolved =
            await SourceReader.ReadAsync(source, network, cancellationToken).ConfigureAwait(false);
        return resolved.Metainfo ?? throw new TorrentException(
            TorrentError.InvalidInput,
            "A magnet link only names a torrent; what it holds is known when a peer has sent it.");
    }

    /// <summary>
    /// Asks the trackers of a torrent how large its swarm is, without joining it. Those of a private swarm that are
    /// asked over HTTPS answer to its authority, whose certificate is in the .torrent; no member's file is needed.
    /// </summary>
    /// <param name="source">A .torrent in any form, or a magnet link.</param>
    /// <param name="trustsAddresses">As <see cref="TorrentOptions.TrustsAddresses"/>.</param>
    /// <param name="bindAddress">Address to ask from; null leaves it to the system.</param>
    /// <param name="cancellationToken">Ends the wait for those that do not answer.</param>
    /// <returns>One entry for each tracker that the source names, and none when it names none.</returns>
    /// <exception cref="TorrentException">The source is not valid or cannot be read.</exception>
    public static async Task<IReadOnlyList<TrackerScrape>> ScrapeAsync(
        TorrentSource source,
        bool trustsAddresses = false,
        IPAddress? bindAddress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var network = new TrackerClientOptions { LocalAddress = bindAddress };
        ResolvedSource resolved =
            await SourceReader.ReadAsync(source, network, cancellationToken).ConfigureAwait(false);
        AddressOrigin origin = trustsAddresses ? AddressOrigin.User : AddressOrigin.Torrent;
        using X509Certificate2? authority = TorrentTls.AuthorityOf(resolved);
        return await new SwarmScraper(new TrackerClient(network with { Authority = authority }))
            .ScrapeAsync(resolved, origin, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops every torrent politely, telling trackers within about two seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_adding)
        {
            if (_disposed != 0) return;
            Volatile.Write(ref _disposed, 1);
        }
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        _chunkLines.CloseAll();
        await Task.WhenAll(_torrents.Keys.Select(actor =>
            RemoveAsync(actor, CancellationToken.None))).ConfigureAwait(false);
        await _clock.DisposeAsync().ConfigureAwait(false);
        _services.Dispose();
    }

    private async Task RemoveAsync(TorrentActor actor, CancellationToken cancellationToken)
    {
        // Who stops waiting does not stop the stopping.
        await FinishAsync(actor).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task FinishAsync(TorrentActor actor)
    {
        _services.ChunkShares.Remove(actor);
        await actor.StopAsync(GoodbyeLimit).ConfigureAwait(false);
        // Together, or the same torrent, added again in between, would lose its names.
        lock (_adding)
            if (_torrents.TryRemove(actor, out _)) _services.MseTorrents.Remove(actor.Hashes);
    }

    /// <summary>Reads lists of the revoked that another program has changed, as 'shoal swarm revoke' does.</summary>
    private void LookForRevocations()
    {
        foreach (TorrentActor torrent in _torrents.Keys) torrent.LookForRevocations();
    }

    private TorrentActor? Find(InfoHash infoHash)
    {
        foreach (TorrentActor torrent in _torrents.Keys)
            if (torrent.Hashes.Answers(infoHash)) return torrent;
        return null;
    }

    private void Tick()
    {
        _acceptor.CloseLate();
        if (Interlocked.Increment(ref _ticks) % TicksPerLook == 0) LookForRevocations();
        foreach (TorrentActor torrent in _torrents.Keys)
            if (torrent.WantsTicks) torrent.Tick();
    }
}
