using System.Threading.Channels;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Peers;
using Shoal.Protocol.Encryption;
using Shoal.Swarm;

namespace Shoal.Engine.Torrents;

// What users see of a torrent. The state is the actor's; figures are taken between two items.
internal sealed partial class TorrentActor
{
    // Events that a reader may be behind; beyond it the oldest are dropped, as the public API says.
    private const int MaxUnreadEvents = 10_000;

    // Refusals that are kept for the first reader: they come in the first moments, and say why nothing else comes.
    private const int MaxEarlyRefusals = 16;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completionOrEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _started;
    private Channel<TorrentEvent>[] _readers = [];
    private List<PeerRefused>? _earlyRefusals = [];
    private TorrentState _state = TorrentState.Checking;
    private string? _error;
    private string? _trackerMessage;

    /// <summary>Ends when every selected byte is here; fails when the torrent does.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Ends when the torrent is complete or ended; never fails itself.</summary>
    public Task CompletionOrEnd => _completionOrEnd.Task;

    /// <summary>Ends when the torrent stopped or failed; never fails itself.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The events from now on; for the first who asks, behind the refusals that there were.</summary>
    public ChannelReader<TorrentEvent> Subscribe()
    {
        Channel<TorrentEvent> channel = Channel.CreateBounded<TorrentEvent>(
            new BoundedChannelOptions(MaxUnreadEvents) { FullMode =
                BoundedChannelFullMode.DropOldest, SingleWriter = true });
        Post(new TorrentItem(TorrentItemKind.Call, (Action)(() =>
        {
            foreach (PeerRefused refused in _earlyRefusals ?? []) channel.Writer.TryWrite(refused);
            _earlyRefusals = null;
            if (_state is TorrentState.Stopped or TorrentState.Failed) channel.Writer.TryComplete();
            else _readers = [.. _readers, channel];
        })));
        return channel.Reader;
    }

    /// <summary>Ends a subscription.</summary>
    public void Unsubscribe(ChannelReader<TorrentEvent> reader) => Post(new TorrentItem(
        TorrentItemKind.Call, (Action)(() => _readers = Array.FindAll(_readers, channel => channel.Reader != reader))));

    /// <summary>The figures of this moment. Run between two items.</summary>
    public TorrentSnapshot TakeSnapshot()
    {
        TimeSpan now = Now;
        long wanted = _content?.WantedBytes ?? 0;
        long missing = _content is null ? 0 : _brain.MissingBytes;
        (double down, double up, int peers, int seeds) = SumOfPeers();
        bool moving = _state == TorrentState.Downloading && down > 0;
        return new TorrentSnapshot
        {
            State = _state,
            Name = Name,
            TotalBytes = Info?.ContentLength ?? 0,
            WantedBytes = wanted,
            CompletedBytes = Math.Max(0, wanted - missing),
            PieceCount = Info?.Geometry.PieceCount ?? 0,
            CompletedPieces = _brain.Have.Count,
            CheckedFraction = CheckedFraction(),
            DownloadedBytes = _brain.DownloadedBytes,
            UploadedBytes = _brain.UploadedBytes,
            WastedBytes = _brain.WastedBytes,
            DownloadRate = down,
            UploadRate = up,
            Peers = peers,
            Seeds = seeds,
            SwarmSeeds = _swarmSizes.Values.Max(size => size.Seeds),
            SwarmLeeches = _swarmSizes.Values.Max(size => size.Leeches),
            TimeLeft = moving ? TimeSpan.FromSeconds(missing / down) : null,
            Elapsed = now - _started,
            Error = _error,
            TrackerMessage = _trackerMessage,
            WebSeedMessage = _webSeedMessage,
        };
    }

    /// <summary>The connected peers of this moment. Run between two items.</summary>
    public IReadOnlyList<PeerSnapshot> TakePeers()
    {
        var peers = new List<PeerSnapshot>(_brain.Sessions.Count);
        foreach (PeerSession session in _brain.Sessions)
        {
            if (session.Phase != SessionPhase.Open) continue;
            peers.Add(new PeerSnapshot
            {
                EndPoint = session.Remote,
                IsIncoming = session.IsIncoming,
                Security = (session.Shell as PeerLink)?.Security ?? StreamSecurity.Plain,
                WebSeed = (session.Shell as PeerLink)?.WebSeed?.Seed.Shown,
                Client = session.Client,
                Pieces = session.PieceCount,
                DownloadedBytes = session.DownloadedBytes,
                UploadedBytes = session.UploadedBytes,
                DownloadRate = session.DownloadRate,
                UploadRate = session.UploadRate,
                UnchokedUs = session.UnchokedUs,
                UnchokedByUs = session.UnchokedByUs,
            });
        }
        return peers;
    }

    private double CheckedFraction()
    {
        if (_state is TorrentState.FetchingMetadata) return 0;
        if (_state is not TorrentState.Checking) return 1;
        long total = Info?.Geometry.TotalLength ?? 0;
        return total == 0 ? 0 : Math.Min(1, (double)(Volatile.Read(ref _opener)?.CheckedBytes ?? 0) / total);
    }

    private (double Down, double Up, int Peers, int Seeds) SumOfPeers()
    {
        double down = 0, up = 0;
        int peers = 0, seeds = 0;
        foreach (PeerSession session in _brain.Sessions)
        {
            if (session.Phase != SessionPhase.Open) continue;
            down += session.DownloadRate;
            up += session.UploadRate;
            peers++;
            if (session.IsSeed) seeds++;
        }
        return (down, up, peers, seeds);
    }

    private void Publish(TorrentEvent happened)
    {
        if (happened is PeerRefused refused && _earlyRefusals is { Count: < MaxEarlyRefusals } early)
            early.Add(refused);
        foreach (Channel<TorrentEvent> reader in _readers) reader.Writer.TryWrite(happened);
    }

    private void EnterState(TorrentState state)
    {
        if (_state == state || _state is TorrentState.Stopped or TorrentState.Failed) return;
        _state = state;
        ShareDownloadLimit();
        EngineLog.State(_log, Hashes.Wire, state);
        Publish(new StateChanged(state));
    }

    /// <summary>The last thing that happens to a torrent: everybody who waits for something is told.</summary>
    private void End(TorrentState state, TorrentException reason)
    {
        EnterState(state);
        _services.Unclaim(this);
        _services.InFlight.Close(_inFlight);
        _services.Connections.Close(_connections);
        _metadata.TrySetException(reason);
        _completion.TrySetException(reason);
        // Those who did not wait are not to hear of it as an unobserved exception.
        _ = _metadata.Task.Exception;
        _ = _completion.Task.Exception;
        foreach (Channel<TorrentEvent> reader in _readers) reader.Writer.TryComplete();
        _readers = [];
        _completionOrEnd.TrySetResult();
        _ended.TrySetResult();
    }
}
