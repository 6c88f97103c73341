using System.Net;
using System.Net.Sockets;
using System.Text;
using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Tests;

public sealed class TrackerServerTests
{
    private const string Announce = "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_announce_find_each_other_and_leave()
    {
        await using TrackerServer server = await StartAsync();
        AnnounceRequest seed = Request(1) with { Left = 0, Event = AnnounceEvent.Started };
        AnnounceRequest leech = Request(2) with { Left = 9, Event = AnnounceEvent.Started };
        Assert.Empty((await AskAsync(server, seed)).Peers);
        AnnounceReply reply = await AskAsync(server, leech);
        Assert.Equal("127.0.0.1:1", Assert.Single(reply.Peers).ToString());
        Assert.Equal((1, 1, 0), (reply.Complete, reply.Incomplete, reply.Downloaded));
        Assert.Equal(IPAddress.Loopback, reply.ExternalAddress);
        Assert.InRange(reply.Interval.TotalSeconds, 107, 133);
        Assert.Equal(30, reply.MinInterval.TotalSeconds);
        Assert.Equal("127.0.0.1:2", Assert.Single((await AskAsync(server, seed)).Peers).ToString());
        await AskAsync(server, leech with { Left = 0, Event = AnnounceEvent.Completed });
        await AskAsync(server, seed with { Event = AnnounceEvent.Stopped, NumWant = 0 });
        ScrapeOutcome scrape = await new HttpTrackerClient(new TrackerClientOptions())
            .ScrapeAsync(Source(server), [seed.InfoHash, default], Token);
        Assert.Contains(new ScrapeEntry(seed.InfoHash, 1, 1, 0), scrape.Entries!);
        Assert.Contains(new ScrapeEntry(default, 0, 0, 0), scrape.Entries!);
        Assert.Equal(new TrackerCounters(5, 1, 0, 1, 1), server.Counters);
    }

    [Fact]
    public async Task Both_families_reach_a_server_on_all_addresses()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions(), Token);
        var client = new HttpTrackerClient(new TrackerClientOptions
        {
            Lookup = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.IPv6Loopback]),
        });
        var source = new TrackerSource(new Uri($"http://tracker.test:{server.Port}/announce"), AddressOrigin.User);
        await client.AnnounceAsync(source, Request(1), Token);
        AnnounceOutcome outcome = await client.AnnounceAsync(source, Request(2), Token);
        Assert.Equal(["127.0.0.1:1", "[::1]:1"],
            outcome.Reply!.Peers.Where(p => p.Port == 1).Select(p => p.ToString()).Order());
        // Peer id and key are the same over both, so that each of the two counts once.
        Assert.Equal(2, server.Counters.Peers);
    }

    [Fact]
    public async Task The_list_of_dictionaries_comes_when_it_is_asked_for()
    {
        await using TrackerServer server = await StartAsync();
        await GetAsync(server, Announce + "&port=1&left=0");
        string reply = await GetAsync(server, Announce + "&port=2&left=1&compact=0");
        Assert.Contains("5:peersld2:ip9:127.0.0.14:porti1eee", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_that_a_client_claims_are_ignored()
    {
        await using TrackerServer server = await StartAsync();
        string claimed = await ExchangeAsync(server,
            $"GET {Announce}&port=7&left=1&ip=8.8.8.8&ipv4=8.8.8.8:9&ipv6=%3A%3A5 HTTP/1.1\r\nHost: x\r\n"
            + "X-Forwarded-For: 8.8.4.4\r\nForwarded: for=8.8.4.4\r\nConnection: close\r\n\r\n");
        Assert.Contains("external ip4:\u007f\0\0\u0001", claimed, StringComparison.Ordinal);
        Assert.Contains("6:\u007f\0\0\u0001\0\u0007e", await GetAsync(server, Announce + "&port=2&left=1"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/announce", "info_hash is missing")]
    [InlineData("/announce?info_hash=%zz&peer_id=bbbbbbbbbbbbbbbbbbbb&port=1", "info_hash must be 20 bytes")]
    [InlineData(Announce + "&port=0", "port must be")]
    [InlineData(Announce, "port must be")]
    [InlineData("/scrape", "at least one info_hash")]
    [InlineData("/scrape?info_hash=abc", "info_hash must be 20 bytes")]
    public async Task A_bad_request_is_refused_with_status_200_and_a_reason(string target, string reason)
    {
        await using TrackerServer server = await StartAsync();
        string reply = await GetAsync(server, target);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", reply, StringComparison.Ordinal);
        Assert.Contains("d14:failure reason", reply, StringComparison.Ordinal);
        Assert.Contains(reason, reply, StringComparison.Ordinal);
        Assert.Contains("12:min intervali30ee", reply, StringComparison.Ordinal);
        Assert.Equal(1, server.Counters.Refusals);
    }

    [Fact]
    public async Task A_scrape_of_too_many_is_cut_at_a_hundred()
    {
        await using TrackerServer server = await StartAsync();
        string hashes = string.Join('&', Enumerable.Range(0, 150).Select(i => $"info_hash={i:d20}"));
        string reply = await GetAsync(server, "/scrape?" + hashes);
        Assert.Equal(100, reply.Split("8:complete").Length - 1);
    }

    [Fact]
    public async Task Old_and_unusual_clients_are_served()
    {
        await using TrackerServer server = await StartAsync();
        string old = await ExchangeAsync(server, $"GET {Announce}&port=1 HTTP/1.0\r\n\r\n");
        Assert.Contains("5:peers0:", old, StringComparison.Ordinal);
        string proxied = await ExchangeAsync(server,
            $"GET http://tracker.test{Announce}&port=1 HTTP/1.1\r\nHost: tracker.test\r\nConnection: close\r\n\r\n");
        Assert.Contains("5:peers0:", proxied, StringComparison.Ordinal);
        string head = await ExchangeAsync(server, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK", head, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Shoal BitTorrent tracker", await GetAsync(server, "/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await GetAsync(server, "/admin"), StringComparison.Ordinal);
        string post = await ExchangeAsync(server,
            "POST /announce HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
        Assert.StartsWith("HTTP/1.1 405", post, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_requests_in_one_go_are_answered_in_order_on_one_connection()
    {
        await using TrackerServer server = await StartAsync();
        var requests = new StringBuilder();
        for (int i = 1; i <= 1000; i++)
            requests.Append($"GET {Announce}&port={i}&left=1&numwant=0 HTTP/1.1\r\nHost: x\r\n")
                .Append(i == 1000 ? "Connection: close\r\n\r\n" : "\r\n");
        string replies = await ExchangeAsync(server, requests.ToString());
        int last = 0;
        for (int i = 1; i <= 1000; i++)
        {
            last = replies.IndexOf($"10:incompletei{i}e", last, StringComparison.Ordinal);
            Assert.True(last > 0, $"Reply {i} is missing.");
        }
    }

    [Fact]
    public async Task A_client_that_never_ends_its_request_head_is_cut_off()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, HeadTimeout = TimeSpan.FromMilliseconds(200),
        }, Token);
        Assert.Contains("408", await ExchangeAsync(server, "GET /announce HTTP/1.1\r\nHost: x\r\nA: b"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /\u00ff\u00fe HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\0\0\u0004\u0017'\u0010\u0019\u0080")]
    [InlineData("GET /%00 HTTP/9.9\r\n\r\n")]
    [InlineData("x")]
    public async Task Nonsense_is_answered_with_an_error_and_the_server_lives_on(string nonsense)
    {
        await using TrackerServer server = await StartAsync();
        string reply = await ExchangeAsync(server, nonsense, endOfInput: true);
        Assert.True(reply.Length == 0 || reply.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
            || reply.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), reply);
        Assert.StartsWith("HTTP/1.1 200", await GetAsync(server, "/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_line_or_head_past_its_limit_is_refused()
    {
        await using TrackerServer server = await StartAsync();
        Assert.StartsWith("HTTP/1.1 414", await GetAsync(server, "/" + new string('a', 9000)),
            StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 60).Select(i => $"A{i}: b\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await ExchangeAsync(server, $"GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_and_a_stopped_server_frees_its_port()
    {
        TrackerServer first = await StartAsync();
        var options = new TrackerOptions { Bind = IPAddress.Loopback, Port = first.Port };
        await Assert.ThrowsAsync<IOException>(() => TrackerServer.StartAsync(options, Token));
        await first.DisposeAsync();
        await first.DisposeAsync();
        await using TrackerServer second = await TrackerServer.StartAsync(options, Token);
        Assert.Equal(first.Port, second.Port);
    }

    [Fact]
    public async Task A_full_tracker_says_when_to_come_again()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Store = new SwarmStoreOptions { MaxSwarms = 0 },
        }, Token);
        AnnounceOutcome outcome = await new HttpTrackerClient(new TrackerClientOptions())
            .AnnounceAsync(Source(server), Request(1), Token);
        Assert.Equal("The tracker refused: This tracker is full.", outcome.Error);
        Assert.Equal(TimeSpan.FromMinutes(30), outcome.RetryIn);
    }

    private static Task<TrackerServer> StartAsync() =>
        TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);

    private static TrackerSource Source(TrackerServer server) =>
        new(new Uri($"http://127.0.0.1:{server.Port}/announce"), AddressOrigin.User);

    private static AnnounceRequest Request(ushort port) => new()
    {
        InfoHash = new InfoHash([.. Enumerable.Range(0, 20).Select(i => (byte)(i * 13))]),
        PeerId = PeerId.Ours("abcdefghijkl"u8), Port = port, Left = 1,
    };

    private static async Task<AnnounceReply> AskAsync(TrackerServer server, AnnounceRequest request)
    {
        AnnounceOutcome outcome = await new HttpTrackerClient(new TrackerClientOptions())
            .AnnounceAsync(Source(server), request, Token);
        Assert.Null(outcome.Error);
        return outcome.Reply!;
    }

    private static Task<string> GetAsync(TrackerServer server, string target) =>
        ExchangeAsync(server, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    /// <summary>Sends raw bytes and gives everything that comes back before the server closes.</summary>
    private static async Task<string> ExchangeAsync(TrackerServer server, string sent, bool endOfInput = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Token);
        NetworkStream stream = client.GetStream();
        Task write = WriteAsync();
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, Token);
        }
        catch (IOException)
        {
            // A reset after the reply is fine.
        }
        await write;
        return Encoding.Latin1.GetString(received.ToArray());

        async Task WriteAsync()
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(sent), Token);
            if (endOfInput) client.Client.Shutdown(SocketShutdown.Send);
        }
    }
}
