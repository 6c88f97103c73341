using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Shoal.Discovery;
using Shoal.Engine.Actors;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Lines;
using Shoal.Engine.Peers;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Storage.Files;

namespace Shoal.Engine;

/// <summary>What all torrents of an engine share.</summary>
internal sealed class EngineServices : IDisposable
{
    // Open files of all torrents together; beyond it the longest unused is closed. Low enough for a limit of 256.
    private const int OpenFiles = 128;

    private readonly long _start;
    private readonly Lock _claiming = new();
    private int _downloading;
    private readonly Func<IEnumerable<Torrents.TorrentActor>> _torrents;

    public EngineServices(EngineOptions options, int port, Func<IReadOnlyCollection<Torrents.TorrentActor>> torrents)
    {
        _torrents = torrents;
        Options = options;
        _start = Time.GetTimestamp();
        Port = port;
        Log = options.LoggerFactory.CreateLogger("Shoal.Engine");
        PeerId = options.PeerId
            ?? PeerId.Ours(RandomNumberGenerator.GetBytes(PeerId.Length - PeerId.ClientPrefix.Length));
        Network = new TrackerClientOptions { LocalAddress = options.BindAddress, Time = Time };
        Trackers = new TrackerClient(Network);
        DownloadLimiter = new RateLimiter(Time, options.DownloadBytesPerSecond);
        UploadLimiter = new RateLimiter(Time, options.UploadBytesPerSecond);
        InFlight = new InFlightBudget(options.InFlightBytes, Time);
        Connections = new ConnectionSlots(options.MaxConnections);
        HalfOpen = new SemaphoreSlim(options.MaxHalfOpen);
        Gate = new HandshakeGate(Time);
        Pulse = new PulseClock(Time, RequestRhythm.Longest);
        if (options.BindAddress is { } bind) OwnAddresses.Suggest(bind);
        Handles = new FileHandlePool(options.FileSystem, OpenFiles);
        Metrics = new EngineMetrics(() => Connections.Taken, () => InFlight.Taken, () => torrents().Count);
    }

    public EngineOptions Options { get; }

    public TimeProvider Time => Options.Time;

    /// <summary>Time since the engine's start.</summary>
    public TimeSpan Now => Time.GetElapsedTime(_start);

    public int Port { get; }

    public IPAddress? BindAddress => Options.BindAddress;

    public ILogger Log { get; }

    /// <summary>How trackers and servers are spoken to.</summary>
    public TrackerClientOptions Network { get; }

    public ITrackerClient Trackers { get; }

    public PeerId PeerId { get; }

    public RateLimiter DownloadLimiter { get; }

    public RateLimiter UploadLimiter { get; }

    public InFlightBudget InFlight { get; }

    public ConnectionSlots Connections { get; }

    public SemaphoreSlim HalfOpen { get; }

    /// <summary>Where others see us.</summary>
    public OwnAddressVotes OwnAddresses { get; } = new();

    /// <summary>Bounds what strangers' handshakes cost.</summary>
    public HandshakeGate Gate { get; }

    /// <summary>How members of private swarms speak to each other.</summary>
    public TlsNegotiator Tls => Options.Tls ?? TlsNegotiator.Best;

    /// <summary>The torrents that encrypted handshakes can ask for.</summary>
    public MseTorrents MseTorrents { get; } = new();

    public LinkBuffers Buffers { get; } = new();

    /// <summary>For waits of a fraction of a second.</summary>
    public PulseClock Pulse { get; }

    public FileHandlePool Handles { get; }

    public EngineMetrics Metrics { get; }

    /// <summary>What is served by the line protocol.</summary>
    public ChunkShares ChunkShares { get; } = new();

    /// <summary>The torrents of the engine.</summary>
    public IEnumerable<Torrents.TorrentActor> Torrents => _torrents();

    /// <summary>A seed for a torrent's random choices.</summary>
    public static ulong NextSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>
    /// Lets one torrent alone work on a content. False when another is at work on one with any of these names.
    /// </summary>
    public bool TryClaim(Torrents.TorrentActor torrent, TorrentHashes hashes)
    {
        lock (_claiming)
        {
            foreach (Torrents.TorrentActor other in _torrents())
                if (other != torrent && other.Claimed is { } claimed && claimed.Overlaps(hashes)) return false;
            torrent.Claimed = hashes;
            return true;
        }
    }

    /// <summary>Torrents that download now. Any thread.</summary>
    public int DownloadingCount => Volatile.Read(ref _downloading);

    /// <summary>Notes that one more or one fewer torrent downloads. Any thread.</summary>
    public void CountDownloading(int change) => Interlocked.Add(ref _downloading, change);

    /// <summary>Ends a torrent's claim, if it has one.</summary>
    public void Unclaim(Torrents.TorrentActor torrent)
    {
        lock (_claiming) torrent.Claimed = null;
    }

    /// <summary>Tells every torrent that requests can be made again.</summary>
    public void CreditIsBack()
    {
        foreach (Torrents.TorrentActor torrent in _torrents()) torrent.CreditIsBack();
    }

    /// <summary>Tells every torrent where others see us.</summary>
    public void OwnAddressIsKnown()
    {
        foreach (Torrents.TorrentActor torrent in _torrents()) torrent.OwnAddressIsKnown();
    }

    public void Dispose()
    {
        DownloadLimiter.Dispose();
        UploadLimiter.Dispose();
        // HalfOpen is not disposed of: dials may end after the engine, and each gives its place back.
        Gate.Dispose();
        Pulse.Dispose();
        Handles.Dispose();
        Metrics.Dispose();
    }
}
