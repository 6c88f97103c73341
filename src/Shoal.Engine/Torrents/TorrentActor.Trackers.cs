using System.Net;
using System.Security.Cryptography;
using Shoal.Discovery;
using Shoal.Engine.Diagnostics;
using Shoal.Protocol.Addresses;
using Shoal.Swarm.Peers;

namespace Shoal.Engine.Torrents;

// Finding peers: trackers, and addresses that the user or a magnet link named.
internal sealed partial class TorrentActor
{
    // Peers that trackers are asked for while we download; libtorrent asks for 200, and replies cost them and us
    // little.
    private const int PeersToAskFor = 100;

    private Announcer? _announcer;
    // What each tracker said last; there are no more of them than an announcer takes.
    private readonly Dictionary<string, (int? Seeds, int? Leeches)> _swarmSizes = [];
    private AnnounceCounters _counters;
    private long _haveBytes;
    private readonly Lock _countersLock = new();

    /// <summary>
    /// Adds peers that somebody named, those left out that who named them may not have us connect to. Any thread.
    /// </summary>
    public void AddPeers(IReadOnlyList<IPEndPoint> peers, PeerSources source, AddressOrigin origin) => Post(
        new TorrentItem(TorrentItemKind.PeersFound, new FoundPeers(Allowed(peers, origin), source, origin)));

    private void StartTrackers()
    {
        AddressOrigin origin = _options.TrustsAddresses ? AddressOrigin.User : AddressOrigin.Torrent;
        var tiers = new List<IReadOnlyList<TrackerSource>>();
        foreach (IEnumerable<string> tier in _source.Trackers)
        {
            List<TrackerSource> sources = Parse(tier, origin);
            if (sources.Count > 0) tiers.Add(sources);
        }
        List<TrackerSource> users = Parse(_options.Trackers, AddressOrigin.User);
        tiers.AddRange(users.Select(source => (IReadOnlyList<TrackerSource>)[source]));
        if (tiers.Count == 0) return;
        _announcer = new Announcer(
            new AnnouncerOptions
            {
                Tiers = tiers,
                Hashes = Hashes,
                PeerId = _services.PeerId,
                Port = (ushort)_services.Port,
                Key = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
                Counters = ReadCounters,
                Peers = OnTrackerPeers,
                Reported = OnTrackerReport,
            },
            // Its trackers answer to the swarm's authority as its peers do.
            _tls is null
                ? _services.Trackers
                : new TrackerClient(_services.Network with { Authority = _tls.Authority }),
            _services.Time);
        KeepCounters();
        _announcer.Start();
    }

    private static List<TrackerSource> Parse(IEnumerable<string> urls, AddressOrigin origin)
    {
        var sources = new List<TrackerSource>();
        foreach (string url in urls)
            if (TrackerSource.TryParse(url, origin, out TrackerSource? source)) sources.Add(source);
        return sources;
    }

    private async Task ResolvePeersAsync(IEnumerable<DnsEndPoint> peers, PeerSources source, AddressOrigin origin)
    {
        foreach (DnsEndPoint peer in peers)
        {
            try
            {
                IPAddress[] addresses = await Dns.GetHostAddressesAsync(peer.Host, _stop.Token).ConfigureAwait(false);
                IPEndPoint[] found = [.. addresses.Select(address => new IPEndPoint(address, peer.Port))];
                AddPeers(found, source, origin);
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or ArgumentException)
            {
                EngineLog.NameNotFound(_log, peer.Host, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Passes on the peers of a tracker's answer that its place in the network entitles it to name.</summary>
    private void OnTrackerPeers(IReadOnlyList<IPEndPoint> peers, AddressScope trackerScope) =>
        AddPeers(peers, PeerSources.Tracker, AddressOrigin.Tracker(trackerScope));

    /// <summary>
    /// The addresses that would not be refused when it comes to connecting, so that no others take up room till then.
    /// </summary>
    private List<IPEndPoint> Allowed(IReadOnlyList<IPEndPoint> peers, AddressOrigin origin)
    {
        var allowed = new List<IPEndPoint>(peers.Count);
        foreach (IPEndPoint peer in peers)
        {
            if (AddressPolicy.Allows(origin, AddressUse.Peer, peer, out string? reason)) allowed.Add(peer);
            else EngineLog.AddressRefused(_log, peer, reason);
        }
        return allowed;
    }

    /// <summary>Takes over where others see us. Any thread.</summary>
    public void OwnAddressIsKnown() => PostToPool(new TorrentItem(TorrentItemKind.Call, (Action)RankByOwnAddresses));

    private void RankByOwnAddresses()
    {
        foreach (IPAddress own in _services.OwnAddresses.Believed) _brain.OwnAddressIs(own, Now);
    }

    private void OnTrackerReport(AnnounceReport report)
    {
        bool isNews = false;
        foreach (IPAddress own in report.OwnAddresses) isNews |= _services.OwnAddresses.Vote(report.Tracker, own);
        if (isNews) _services.OwnAddressIsKnown();
        if (report.Error is null) EngineLog.TrackerAnswered(_log, report.Tracker, report.Peers);
        else EngineLog.TrackerFailed(_log, report.Tracker, report.Error);
        Post(new TorrentItem(TorrentItemKind.Call, (Action)(() =>
        {
            if (report.Error is null) _swarmSizes[report.Tracker] = (report.Seeds, report.Leeches);
            _trackerMessage = Naming(report.Tracker, report.Error ?? report.Warning);
            Publish(new TrackerAnswered(report.Tracker, report.Peers, report.Error));
        })));
    }

    // What a tracker itself says does not name it; what we say of it does.
    private static string? Naming(string tracker, string? message) =>
        message is null || message.Contains(tracker, StringComparison.Ordinal) ? message : $"{tracker}: {message}";

    /// <summary>What trackers are told, as of the last turn. Any thread, the actor's own too.</summary>
    private AnnounceCounters ReadCounters()
    {
        lock (_countersLock) return _counters;
    }

    private void KeepCounters()
    {
        bool complete = _brain.IsComplete;
        var counters = new AnnounceCounters(
            _brain.UploadedBytes,
            _brain.DownloadedBytes,
            _content is null ? null : _content.Info.Geometry.PayloadTotal - _haveBytes,
            IsPartialSeed: _content is not null && (complete || _options.SeedOnly) && !_brain.Have.IsFull,
            PeersWanted: _brain.Sessions.Count < _options.MaxPeers / 2 ? PeersToAskFor : 0);
        lock (_countersLock) _counters = counters;
    }
}
