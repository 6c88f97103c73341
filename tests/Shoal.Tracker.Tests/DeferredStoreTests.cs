using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Http;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.Tracker.Tests;

/// <summary>A store that has to ask elsewhere is waited for without a thread, by both front ends.</summary>
public sealed class DeferredStoreTests
{
    private static readonly HostAddress Client = new(IPAddress.Parse("192.0.2.7"));

    private readonly RemoteStore _store = new();
    private readonly AnnounceService _service;

    public DeferredStoreTests()
    {
        var options = new TrackerOptions();
        _service = new AnnounceService(options, _store, new AccessGate(TrackerMode.Open, null, null, options.Time),
            TrackerSecret.Draw(), new TrackerMetrics());
    }

    [Fact]
    public async Task Http_answers_when_the_store_has()
    {
        var responder = new HttpResponder(_service);
        var body = new ArrayBufferWriter<byte>();
        Assert.False(responder.TryAnswer("/announce"u8,
            "info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=9"u8, Client, Door.Http4, body,
            out HttpDeferral wait));
        ValueTask finish = responder.FinishAsync(wait, body);
        Assert.False(finish.IsCompleted);
        _store.Complete();
        await finish;
        Assert.Contains("8:completei5e", Encoding.Latin1.GetString(body.WrittenSpan), StringComparison.Ordinal);
        body.ResetWrittenCount();
        Assert.False(responder.TryAnswer("/scrape"u8, "info_hash=aaaaaaaaaaaaaaaaaaaa"u8, Client, Door.Http4, body,
            out wait));
        finish = responder.FinishAsync(wait, body);
        _store.Complete();
        await finish;
        Assert.Contains("8:completei5e", Encoding.Latin1.GetString(body.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void Udp_goes_on_with_other_datagrams_and_replies_when_the_store_has()
    {
        var connections = new ConnectionIds(_service.Secret.Connections, TimeSpan.FromMinutes(2));
        var socket = new FakeSocket();
        var worker = Worker(connections, socket);
        ulong id = connections.Issue(Client, _service.UnixSeconds);
        socket.Arrive(Announce(id));
        worker.Turn();
        Assert.Empty(socket.Sent);
        byte[] connect = new byte[16];
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, 1).Write(connect);
        socket.Arrive(connect);
        worker.Turn();
        Assert.Equal(16, Assert.Single(socket.Sent).Length);
        _store.Complete();
        byte[] reply = socket.Sent[^1];
        Assert.Equal([0, 0, 0, 1, 0, 0, 0, 2], reply[..8]);
        Assert.Equal(20 + 6, reply.Length);
    }

    [Fact]
    public void A_store_that_is_away_is_an_error_that_says_so()
    {
        _store.Answer = _store.Answer with { Status = StoreStatus.Unavailable };
        var connections = new ConnectionIds(_service.Secret.Connections, TimeSpan.FromMinutes(2));
        var socket = new FakeSocket();
        var worker = Worker(connections, socket);
        socket.Arrive(Announce(connections.Issue(Client, _service.UnixSeconds)));
        worker.Turn();
        _store.Complete();
        Assert.Contains("overloaded", Encoding.ASCII.GetString(Assert.Single(socket.Sent)), StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_that_wait_are_bounded_and_the_rest_are_dropped()
    {
        var connections = new ConnectionIds(_service.Secret.Connections, TimeSpan.FromMinutes(2));
        var socket = new FakeSocket();
        var worker = Worker(connections, socket);
        byte[] announce = Announce(connections.Issue(Client, _service.UnixSeconds));
        for (int i = 0; i < 17_000; i++)
        {
            socket.Arrive(announce);
            worker.Turn();
        }
        Assert.Equal(16 * 1024, _store.Waiting);
        Assert.Equal(17_000 - 16 * 1024, _service.Metrics.Dropped.Value);
        _store.Complete();
        socket.Arrive(announce);
        worker.Turn();
        Assert.Equal(1, _store.Waiting);
    }

    private UdpWorker Worker(ConnectionIds connections, FakeSocket socket) => new(socket,
        new UdpResponder(_service, connections, new AttemptBudget(10, TimeSpan.FromSeconds(1))), _service,
        new Deferrals(), new TrackerLog(NullLogger.Instance));

    private static byte[] Announce(ulong id)
    {
        byte[] request = new byte[UdpAnnounceCodec.Length];
        UdpAnnounceCodec.Write(request, id, 2, new AnnounceRequest
        {
            InfoHash = default, PeerId = default, Port = 9, Left = 1,
        }, default);
        return request;
    }

    private sealed class RemoteStore : ISwarmStore
    {
        private readonly List<TaskCompletionSource> _waiting = [];

        public StoreAnswer Answer { get; set; } = new(StoreStatus.Stored, 5, 6, 7, 6, 0);

        public int Waiting => _waiting.Count;

        public long Swarms => 0;

        public StoreTotals Totals => default;

        public void Complete()
        {
            TaskCompletionSource[] waiting = [.. _waiting];
            _waiting.Clear();
            foreach (TaskCompletionSource one in waiting) one.SetResult();
        }

        public bool TryAnnounce(in SwarmAnnounce announce, TimeSpan now, Span<byte> peers4, Span<byte> peers6,
            out StoreAnswer answer)
        {
            answer = default;
            return false;
        }

        public async ValueTask<StoreAnswer> AnnounceAsync(
            SwarmAnnounce announce, TimeSpan now, Memory<byte> peers4, Memory<byte> peers6)
        {
            await WaitAsync();
            new byte[] { 1, 2, 3, 4, 5, 6 }.CopyTo(peers4);
            return Answer;
        }

        public bool TryScrape(Span<ScrapeEntry> entries) => false;

        public async ValueTask ScrapeAsync(Memory<ScrapeEntry> entries)
        {
            await WaitAsync();
            entries.Span[0] = new ScrapeEntry(entries.Span[0].InfoHash, 5, 6, 7);
        }

        public void Sweep(TimeSpan now)
        {
        }

        // Continued where it is completed, so that a test sees what comes of it at once.
        private Task WaitAsync()
        {
            var wait = new TaskCompletionSource();
            _waiting.Add(wait);
            return wait.Task;
        }
    }

    private sealed class FakeSocket : IDatagramSocket, IDatagramReturn
    {
        private readonly byte[] _room = new byte[UdpResponder.MaxReplyLength];
        private byte[] _datagram = [];
        private int _length;

        public List<byte[]> Sent { get; } = [];

        public int Port => 1;

        public void Arrive(byte[] datagram) => _datagram = datagram;

        public int Receive() => 1;

        public ReadOnlySpan<byte> Datagram(int index, out HostAddress from)
        {
            from = Client;
            return _datagram;
        }

        public Span<byte> ReplyRoom(int index) => _room;

        public void SetReply(int index, int length) => _length = length;

        public int SendReplies(int count)
        {
            if (_length > 0) Sent.Add(_room[.._length]);
            return 0;
        }

        public IDatagramReturn KeepReturn(int index) => this;

        public void Send(ReadOnlySpan<byte> reply) => Sent.Add(reply.ToArray());

        public void Stop()
        {
        }

        public void Dispose()
        {
        }
    }
}
