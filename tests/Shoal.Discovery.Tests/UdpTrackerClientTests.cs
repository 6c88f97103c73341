using System.Net;
using System.Net.Sockets;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;

namespace Shoal.Discovery.Tests;

public sealed class UdpTrackerClientTests
{
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_announce_connects_first_and_tells_the_path()
    {
        using var tracker = new FakeUdpTracker();
        Task<AnnounceOutcome> announce = AnnounceAsync(Client(), tracker);
        await tracker.ConnectAsync(0x1234);
        (UdpTrackerHeader header, byte[] datagram, IPEndPoint from) =
            await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        Assert.Equal(0x1234ul, header.ConnectionId);
        Assert.True(UdpAnnounceCodec.TryRead(datagram, out AnnounceQuery query));
        Assert.Equal((Samples.Hash, Samples.Id, (ushort)6881), (query.InfoHash, query.PeerId, query.Port));
        byte[] path = new byte[64];
        int length = UdpAnnounceCodec.ReadUrlData(datagram, path);
        Assert.Equal("/announce?a=b", Encoding.ASCII.GetString(path, 0, length));
        await tracker.SendAsync(from, FakeUdpTracker.AnnounceReply(header.TransactionId, [8, 8, 8, 8, 26, 225, 9]));
        AnnounceOutcome outcome = await announce;
        Assert.Equal("8.8.8.8:6881", Assert.Single(outcome.Reply!.Peers).ToString());
        Assert.Equal(AddressScope.Loopback, outcome.TrackerScope);
        Assert.Equal(TimeSpan.FromSeconds(900), outcome.Reply.Interval);
    }

    [Fact]
    public async Task What_does_not_answer_the_question_is_dropped_and_the_wait_goes_on()
    {
        using var tracker = new FakeUdpTracker();
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Task<AnnounceOutcome> announce = AnnounceAsync(Client(), tracker);
        (UdpTrackerHeader header, _, IPEndPoint from) = await tracker.ReceiveAsync(UdpTrackerAction.Connect);
        uint id = header.TransactionId;
        await stranger.SendAsync(FakeUdpTracker.ConnectReply(id, 666), from, Token);
        await tracker.SendAsync(from, FakeUdpTracker.ConnectReply(id + 1, 666));
        await tracker.SendAsync(from, FakeUdpTracker.AnnounceReply(id));
        await tracker.SendAsync(from, []);
        await tracker.SendAsync(from, FakeUdpTracker.ConnectReply(id, 666)[..7]);
        await tracker.SendAsync(from, FakeUdpTracker.ConnectReply(id, 666)[..15]);
        await tracker.SendAsync(from, [.. FakeUdpTracker.ConnectReply(id, 5), 1, 2, 3]);
        (header, _, from) = await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        Assert.Equal(5ul, header.ConnectionId);
        await tracker.SendAsync(from, FakeUdpTracker.AnnounceReply(header.TransactionId)[..19]);
        await tracker.SendAsync(from, FakeUdpTracker.AnnounceReply(header.TransactionId));
        Assert.NotNull((await announce).Reply);
    }

    [Fact]
    public async Task A_silent_tracker_is_asked_again_after_fifteen_and_given_up_after_thirty_more_seconds()
    {
        using var tracker = new FakeUdpTracker();
        Task<AnnounceOutcome> announce = AnnounceAsync(Client(), tracker);
        await tracker.ReceiveAsync(UdpTrackerAction.Connect);
        _time.Advance(TimeSpan.FromSeconds(15));
        await tracker.ReceiveAsync(UdpTrackerAction.Connect);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(announce.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal($"The tracker at udp://127.0.0.1:{tracker.Port}/announce?… does not answer.",
            (await announce).Error);
    }

    [Fact]
    public async Task A_lost_announce_is_repeated_with_a_fresh_connection_id()
    {
        using var tracker = new FakeUdpTracker();
        Task<AnnounceOutcome> announce = AnnounceAsync(Client(), tracker);
        await tracker.ConnectAsync(1);
        await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        _time.Advance(TimeSpan.FromSeconds(15));
        await tracker.ConnectAsync(2);
        (UdpTrackerHeader header, _, IPEndPoint from) = await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        Assert.Equal(2ul, header.ConnectionId);
        await tracker.SendAsync(from, FakeUdpTracker.AnnounceReply(header.TransactionId));
        Assert.NotNull((await announce).Reply);
    }

    [Fact]
    public async Task A_connection_id_is_used_for_a_minute_and_no_longer()
    {
        using var tracker = new FakeUdpTracker();
        UdpTrackerClient client = Client();
        await AnswerAsync(client, tracker, connects: true, 7);
        _time.Advance(TimeSpan.FromSeconds(59));
        await AnswerAsync(client, tracker, connects: false, 7);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AnswerAsync(client, tracker, connects: true, 8);
    }

    [Fact]
    public async Task A_remembered_id_that_is_refused_is_replaced_once()
    {
        using var tracker = new FakeUdpTracker();
        UdpTrackerClient client = Client();
        await AnswerAsync(client, tracker, connects: true, 7);
        Task<AnnounceOutcome> announce = AnnounceAsync(client, tracker);
        (UdpTrackerHeader header, _, IPEndPoint from) = await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        await tracker.SendAsync(from, FakeUdpTracker.ErrorReply(header.TransactionId, "bad id"));
        await tracker.ConnectAsync(8);
        (header, _, from) = await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        Assert.Equal(8ul, header.ConnectionId);
        await tracker.SendAsync(from, FakeUdpTracker.ErrorReply(header.TransactionId, "go\u001b[2J away"));
        Assert.Equal("The tracker refused: go away", (await announce).Error);
    }

    [Fact]
    public async Task An_error_instead_of_a_connection_is_told_and_cut()
    {
        using var tracker = new FakeUdpTracker();
        Task<AnnounceOutcome> announce = AnnounceAsync(Client(), tracker);
        (UdpTrackerHeader header, _, IPEndPoint from) = await tracker.ReceiveAsync(UdpTrackerAction.Connect);
        await tracker.SendAsync(from, FakeUdpTracker.ErrorReply(header.TransactionId, new string('x', 60_000)));
        Assert.InRange((await announce).Error!.Length, 200, 300);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_fails_at_once()
    {
        int port;
        using (var tracker = new FakeUdpTracker()) port = tracker.Port;
        AnnounceOutcome outcome = await Client().AnnounceAsync(
            Samples.Tracker($"udp://127.0.0.1:{port}"), Samples.Request, Token);
        Assert.Contains("the connection was refused", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torrent_may_name_a_udp_tracker_on_this_machine_only_at_announce()
    {
        using var tracker = new FakeUdpTracker();
        AnnounceOutcome outcome = await Client().AnnounceAsync(
            Samples.Tracker($"udp://127.0.0.1:{tracker.Port}/x", AddressOrigin.Torrent), Samples.Request, Token);
        Assert.Contains("may not be used", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scrape_reads_its_entries_in_order()
    {
        using var tracker = new FakeUdpTracker();
        InfoHash[] hashes = [Samples.Hash, default];
        Task<ScrapeOutcome> scrape = Client().ScrapeAsync(Samples.Tracker(tracker.Url), hashes, Token);
        await tracker.ConnectAsync(3);
        (UdpTrackerHeader header, byte[] datagram, IPEndPoint from) =
            await tracker.ReceiveAsync(UdpTrackerAction.Scrape);
        Assert.Equal(UdpTrackerHeader.Length + 2 * InfoHash.Length, datagram.Length);
        ScrapeEntry[] entries = [new(hashes[0], 1, 2, 3), new(hashes[1], 4, 5, 6), new(default, 7, 8, 9)];
        byte[] reply = new byte[64];
        int length = UdpScrapeCodec.WriteReply(reply, header.TransactionId, entries);
        await tracker.SendAsync(from, reply[..length]);
        Assert.Equal(entries[..2], (await scrape).Entries);
    }

    [Fact]
    public async Task Cancellation_throws_and_nothing_else_does()
    {
        using var tracker = new FakeUdpTracker();
        using var stop = new CancellationTokenSource();
        Task<AnnounceOutcome> announce = Client().AnnounceAsync(
            Samples.Tracker(tracker.Url), Samples.Request, stop.Token);
        await tracker.ReceiveAsync(UdpTrackerAction.Connect);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => announce);
    }

    private UdpTrackerClient Client() => new(new TrackerClientOptions { Time = _time });

    private static Task<AnnounceOutcome> AnnounceAsync(UdpTrackerClient client, FakeUdpTracker tracker) =>
        client.AnnounceAsync(Samples.Tracker(tracker.Url), Samples.Request, Token);

    private static async Task AnswerAsync(UdpTrackerClient client, FakeUdpTracker tracker, bool connects, ulong id)
    {
        Task<AnnounceOutcome> announce = AnnounceAsync(client, tracker);
        if (connects) await tracker.ConnectAsync(id);
        (UdpTrackerHeader header, _, IPEndPoint from) = await tracker.ReceiveAsync(UdpTrackerAction.Announce);
        Assert.Equal(id, header.ConnectionId);
        await tracker.SendAsync(from, FakeUdpTracker.AnnounceReply(header.TransactionId));
        Assert.NotNull((await announce).Reply);
    }
}
