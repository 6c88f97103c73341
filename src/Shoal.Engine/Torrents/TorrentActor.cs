using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Shoal.Engine.Actors;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Peers;
using Shoal.Engine.Sources;
using Shoal.Engine.Swarms;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Swarm;

namespace Shoal.Engine.Torrents;

/// <summary>
/// The owner of one torrent's state. Everything that happens to the torrent comes here as an item, one at a time, and
/// is passed to the brain; what the brain decides is done through TorrentActor.Port.cs. Connections are in
/// TorrentActor.Links.cs, files in TorrentActor.Content.cs, trackers in TorrentActor.Trackers.cs, web servers in
/// TorrentActor.WebSeeds.cs, and what users see of it in TorrentActor.Watch.cs.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync is the end of its life and disposes of what it owns.")]
internal sealed partial class TorrentActor : SerialExecutor<TorrentItem>
{
    private readonly EngineServices _services;
    private readonly TorrentOptions _options;
    private readonly TorrentBrain _brain;
    private readonly PeerDialer _dialer;
    private readonly ILogger _log;
    private readonly InFlightShare _inFlight;
    private readonly ConnectionShare _connections;
    private readonly RateLimiter _ownDown;
    private readonly RateLimiter _ownUp;
    private readonly List<PeerLink> _withOutput = [];
    private readonly CancellationTokenSource _stop = new();
    private bool _ticking;
    private bool _lackedPlace;
    private bool _sharesLimit;

    public TorrentActor(ResolvedSource source, TorrentOptions options, EngineServices services)
    {
        _source = source;
        Hashes = source.Hashes;
        _services = services;
        _options = options;
        _log = services.Log;
        _inFlight = services.InFlight.Share();
        _connections = services.Connections.Share();
        _ownDown = new RateLimiter(services.Time, options.DownloadBytesPerSecond);
        _ownUp = new RateLimiter(services.Time, options.UploadBytesPerSecond);
        DownloadLimits = new RateLimits(_ownDown, services.DownloadLimiter);
        UploadLimits = new RateLimits(_ownUp, services.UploadLimiter);
        _tls = TorrentTls.Of(source, options.Member);
        _brain = new TorrentBrain(Hashes, BrainOptions(), this, EngineServices.NextSeed());
        _dialer = new PeerDialer(services, _brain.Greeting, () => Tls?.Party);
        _started = Now;
    }

    /// <summary>The names of the torrent.</summary>
    public TorrentHashes Hashes { get; }

    /// <summary>
    /// The names that its content turned out to have, while it is at work on it; null before and after. Kept by
    /// <see cref="EngineServices.TryClaim"/>.
    /// </summary>
    public TorrentHashes? Claimed { get; set; }

    /// <summary>Limits on what this torrent receives.</summary>
    public RateLimits DownloadLimits { get; }

    /// <summary>Limits on what this torrent sends.</summary>
    public RateLimits UploadLimits { get; }

    /// <summary>What has come and is not written yet, of all torrents.</summary>
    public Backlog Backlog => _services.InFlight.Backlog;

    /// <summary>For waits of a fraction of a second.</summary>
    public PulseClock Pulse => _services.Pulse;

    /// <summary>The engine's clock and timers.</summary>
    public TimeProvider Time => _services.Time;

    /// <summary>Time since the engine's start. Any thread.</summary>
    public TimeSpan Now => _services.Now;

    /// <summary>
    /// Runs something short between two items, on the caller's thread. It waits for the items under way at the most,
    /// which takes microseconds; never called by the actor itself.
    /// </summary>
    public T Look<T>(Func<T> look) => RunHere(look);

    /// <summary>A limiter for what is sent to one more peer; null when peers have no limit of their own.</summary>
    public RateLimiter? NewPeerLimiter() => _options.UploadBytesPerSecondPerPeer > 0
        ? new RateLimiter(_services.Time, _options.UploadBytesPerSecondPerPeer) : null;

    /// <summary>Called by the engine's clock while <see cref="WantsTicks"/>.</summary>
    public void Tick() => PostToPool(new TorrentItem(TorrentItemKind.Tick));

    /// <summary>True while time matters to this torrent; an idle one costs no tick.</summary>
    public bool WantsTicks => Volatile.Read(ref _ticking);

    /// <summary>
    /// A defect showed up on one of the torrent's threads. Always true, for use in exception filters.
    /// </summary>
    public bool Fault(Exception exception)
    {
        EngineLog.Fault(_log, exception, Hashes.Wire);
        return true;
    }

    /// <summary>
    /// A defect showed up where nobody else would notice: it is logged and ends the torrent. Any thread.
    /// </summary>
    private void FailByDefect(Exception exception)
    {
        Fault(exception);
        Post(new TorrentItem(
            TorrentItemKind.Call, (Action)(() => Fail(TorrentError.Other, DefectSentence(exception)))));
    }

    private static string DefectSentence(Exception exception) =>
        $"An internal error stopped the torrent: {exception.Message}";

    protected override void Handle(in TorrentItem item)
    {
        try
        {
            switch (item.Kind)
            {
                case TorrentItemKind.Received: OnReceived((PeerLink)item.Subject!, item.Slice); break;
                case TorrentItemKind.Sent: OnSent((PeerLink)item.Subject!); break;
                case TorrentItemKind.Permitted: OnPermitted((PeerLink)item.Subject!); break;
                case TorrentItemKind.Handshaken: OnHandshaken((PeerLink)item.Subject!, (Handshake)item.Detail!); break;
                case TorrentItemKind.LinkClosed:
                    OnLinkClosed((PeerLink)item.Subject!, (DisconnectReason)item.Number);
                    break;
                case TorrentItemKind.Accepted: OnAccepted((IConnection)item.Subject!, (Handshake)item.Detail!); break;
                case TorrentItemKind.Dialled: OnDialled((DialledPeer)item.Subject!); break;
                case TorrentItemKind.PieceChecked:
                    OnPieceChecked(item.Piece, (PieceOutcome)item.Number, (StorageError?)item.Detail);
                    break;
                case TorrentItemKind.BlocksHashed:
                    _brain.BlocksHashed(item.Piece, (Sha256Hash[])item.Detail!, Now);
                    break;
                case TorrentItemKind.CreditReturned: OnCreditReturned(); break;
                case TorrentItemKind.PeersFound: OnPeersFound((FoundPeers)item.Subject!); break;
                case TorrentItemKind.ContentReady: OnContentReady((OpenedContent)item.Subject!); break;
                case TorrentItemKind.Tick: OnTick(); break;
                case TorrentItemKind.Call: ((Action)item.Subject!)(); break;
            }
        }
        catch (Exception e)
        {
            // A defect of ours in one torrent ends that torrent and nothing else; what is on disk stays as it is.
            Fault(e);
            Fail(TorrentError.Other, DefectSentence(e));
        }
    }

    protected override void EndTurn()
    {
        for (int i = 0; i < _withOutput.Count; i++)
        {
            PeerLink link = _withOutput[i];
            link.IsQueued = false;
            if (link.Session is not null) link.Flush();
        }
        _withOutput.Clear();
        _content?.Intake.Submit();
        Volatile.Write(ref _ticking, !_brain.IsIdle);
    }

    private void OnPeersFound(FoundPeers found) =>
        _brain.PeersFound(found.EndPoints, found.Source, Now, found.Origin);

    private void OnCreditReturned()
    {
        _inFlight.StopWaiting();
        _brain.CreditReturned(Now);
    }

    private void OnTick()
    {
        CloseStalled();
        UseWebSeeds();
        CloseParted();
        ShareDownloadLimit();
        _lackedPlace = false;
        _brain.Tick(Now);
        if (!_lackedPlace) _connections.StopWaiting();
        KeepCounters();
        CheckpointIfDue();
    }

    private BrainOptions BrainOptions() => new()
    {
        PeerId = _services.PeerId,
        ListenPort = _services.Port,
        MaxPeers = _options.MaxPeers,
        Sequential = _options.Sequential,
        SuperSeed = _options.SuperSeed,
        SeedOnly = _options.SeedOnly,
        DownloadBytesPerSecond =
            LeastLimit(_options.DownloadBytesPerSecond, _services.Options.DownloadBytesPerSecond),
        TakesRevocations = _tls is not null,
        UploadBytesPerSecond = LeastLimit(_options.UploadBytesPerSecond, _services.Options.UploadBytesPerSecond),
        FixedSwarm = _options.FixedSwarm,
    };

    /// <summary>
    /// Takes an equal part of the engine's limit for what is asked of peers at a time: if every torrent asked for as
    /// much as all of it lets through, blocks would wait the longer the more torrents there are. What really flows is
    /// up to the limiter, so a torrent alone in using it gets it all.
    /// </summary>
    private void ShareDownloadLimit()
    {
        long limit = _services.Options.DownloadBytesPerSecond;
        if (limit == 0) return;
        bool downloads = _state == TorrentState.Downloading && _brain.Sessions.Count > 0;
        if (downloads != _sharesLimit)
        {
            _sharesLimit = downloads;
            _services.CountDownloading(downloads ? 1 : -1);
        }
        long part = Math.Max(1, limit / Math.Max(1, _services.DownloadingCount));
        _brain.LimitDownload(LeastLimit(_options.DownloadBytesPerSecond, part));
    }

    /// <summary>The lower of two limits, of which 0 is none.</summary>
    private static long LeastLimit(long one, long other) => one == 0 || (other > 0 && other < one) ? other : one;
}
