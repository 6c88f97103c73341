using System.Net;
using System.Threading.Channels;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;

namespace Shoal.Discovery.Tests;

public sealed class AnnouncerTests : IAsyncDisposable
{
    private static readonly IPEndPoint Peer = IPEndPoint.Parse("8.8.8.8:1");

    private readonly ManualTime _time = new();
    private readonly FakeTrackerClient _trackers = new();
    private readonly Channel<(IReadOnlyList<IPEndPoint>, AddressScope)> _peers =
        Channel.CreateUnbounded<(IReadOnlyList<IPEndPoint>, AddressScope)>();
    private readonly Channel<AnnounceReport> _reports = Channel.CreateUnbounded<AnnounceReport>();
    private AnnounceCounters _counters = new(1, 2, 3);
    private Announcer? _announcer;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_announcer is not null) await _announcer.DisposeAsync();
    }

    [Fact]
    public async Task It_announces_tells_the_peers_and_comes_back_at_the_interval()
    {
        Begin([["a"]]);
        FakeTrackerClient.Call call = await _trackers.NextAsync();
        Assert.Equal(Samples.Request with
        {
            Uploaded = 1, Downloaded = 2, Left = 3, NumWant = 50, Event = AnnounceEvent.Started,
        }, call.Request);
        call.Answer(new AnnounceReply
        {
            Interval = TimeSpan.FromMinutes(15), Peers = [Peer], TrackerId = "id", Complete = 4, Warning = "w",
        });
        (IReadOnlyList<IPEndPoint> peers, AddressScope scope) = await _peers.Reader.ReadAsync(Token);
        Assert.Equal((Peer, AddressScope.Private), (Assert.Single(peers), scope));
        Assert.Equal(new AnnounceReport("http://a/announce", AnnounceEvent.Started, 1, 4, null, "w", null),
            await _reports.Reader.ReadAsync(Token));
        _counters = new AnnounceCounters(10, 20, 0, IsPartialSeed: false, PeersWanted: 0);
        _time.Advance(TimeSpan.FromMinutes(15));
        call = await _trackers.NextAsync();
        Assert.Equal((AnnounceEvent.None, 0, "id", 10L),
            (call.Request.Event, call.Request.NumWant, call.Request.TrackerId, call.Request.Uploaded));
    }

    [Fact]
    public async Task A_hybrid_is_announced_under_both_hashes_and_the_peers_are_joined()
    {
        Sha256Hash v2 = Sha256Hash.Of("x"u8);
        Begin([["a"]], new TorrentHashes(Samples.Hash, v2));
        FakeTrackerClient.Call first = await _trackers.NextAsync();
        FakeTrackerClient.Call second = await _trackers.NextAsync();
        Assert.Equal([Samples.Hash, v2.Truncated], [first.Request.InfoHash, second.Request.InfoHash]);
        first.Answer(new AnnounceReply { Peers = [Peer] });
        second.Answer(new AnnounceReply { Peers = [IPEndPoint.Parse("1.1.1.1:1"), Peer] });
        (IReadOnlyList<IPEndPoint> peers, _) = await _peers.Reader.ReadAsync(Token);
        Assert.Equal(2, peers.Count);
    }

    [Fact]
    public async Task All_tiers_are_announced_to_side_by_side_or_one_after_the_other()
    {
        Begin([["a"], ["b"]]);
        string[] hosts = [(await _trackers.NextAsync()).Host, (await _trackers.NextAsync()).Host];
        Assert.Equal(["a", "b"], hosts.Order());
        await _announcer!.DisposeAsync();
        Begin([["c"], ["d"]], usesAllTiers: false);
        FakeTrackerClient.Call call = await _trackers.NextAsync();
        Assert.Equal("c", call.Host);
        Assert.False(_trackers.HasMore);
        call.Outcome.SetResult(AnnounceOutcome.Failed("no"));
        Assert.Equal("d", (await _trackers.NextAsync()).Host);
        Assert.Equal("no", (await _reports.Reader.ReadAsync(Token)).Error);
    }

    [Fact]
    public async Task Completion_and_need_of_peers_bring_announces_forward()
    {
        Begin([["a"]]);
        (await _trackers.NextAsync()).Answer(new AnnounceReply());
        await _reports.Reader.ReadAsync(Token);
        _announcer!.Completed();
        FakeTrackerClient.Call call = await _trackers.NextAsync();
        Assert.Equal(AnnounceEvent.Completed, call.Request.Event);
        call.Answer(new AnnounceReply { MinInterval = TimeSpan.FromSeconds(60) });
        await _reports.Reader.ReadAsync(Token);
        _announcer.NeedPeers();
        Assert.False(_trackers.HasMore);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(AnnounceEvent.None, (await _trackers.NextAsync()).Request.Event);
    }

    [Fact]
    public async Task Stopping_tells_the_trackers_and_wants_no_peers()
    {
        Begin([["a"], ["b"]]);
        for (int i = 0; i < 2; i++)
        {
            (await _trackers.NextAsync()).Answer(new AnnounceReply());
            await _reports.Reader.ReadAsync(Token);
        }
        Task stop = _announcer!.StopAsync(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 2; i++)
        {
            FakeTrackerClient.Call call = await _trackers.NextAsync();
            Assert.Equal((AnnounceEvent.Stopped, 0), (call.Request.Event, call.Request.NumWant));
            Assert.False(stop.IsCompleted);
            call.Answer(new AnnounceReply { Peers = [Peer] });
        }
        await stop.WaitAsync(Token);
        Assert.False(_peers.Reader.TryRead(out _));
        _announcer.NeedPeers();
        _time.Advance(TimeSpan.FromDays(2));
        Assert.False(_trackers.HasMore);
    }

    [Fact]
    public async Task Stopping_waits_for_a_dead_tracker_no_longer_than_the_limit()
    {
        Begin([["a"]]);
        FakeTrackerClient.Call started = await _trackers.NextAsync();
        Task stop = _announcer!.StopAsync(TimeSpan.FromSeconds(2));
        FakeTrackerClient.Call farewell = await _trackers.NextAsync();
        Assert.Equal(AnnounceEvent.Stopped, farewell.Request.Event);
        Assert.False(started.Outcome.Task.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        await stop.WaitAsync(Token);
    }

    [Fact]
    public async Task Disposing_before_the_start_or_twice_is_no_trouble()
    {
        Begin([["a"]], start: false);
        await _announcer!.StopAsync(TimeSpan.FromSeconds(2)).WaitAsync(Token);
        await _announcer.DisposeAsync();
        _announcer.Start();
        Assert.False(_trackers.HasMore);
    }

    private void Begin(
        string[][] tiers, TorrentHashes? hashes = null, bool usesAllTiers = true, bool start = true)
    {
        _announcer = new Announcer(new AnnouncerOptions
        {
            Tiers = [.. tiers.Select(t => t.Select(h => Samples.Tracker($"http://{h}/announce")).ToArray())],
            Hashes = hashes ?? new TorrentHashes(Samples.Hash, null),
            PeerId = Samples.Id,
            Port = 6881,
            Key = 7,
            UsesAllTiers = usesAllTiers,
            Counters = () => _counters,
            Peers = (peers, scope) => _peers.Writer.TryWrite((peers, scope)),
            Reported = report => _reports.Writer.TryWrite(report),
            Random = new Random(1),
        }, _trackers, _time);
        if (start) _announcer.Start();
    }
}
