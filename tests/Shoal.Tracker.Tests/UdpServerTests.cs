using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Tests;

/// <summary>The tracker over UDP through real sockets.</summary>
public sealed class UdpServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Sockets => new()
    {
        { "127.0.0.1", true }, { "127.0.0.1", false }, { "::1", true }, { "::1", false },
    };

    [Theory]
    [MemberData(nameof(Sockets))]
    public async Task Clients_announce_find_each_other_and_leave(string address, bool batches)
    {
        await using TrackerServer server = await StartAsync(IPAddress.Parse(address), batches);
        var client = new UdpTrackerClient(new TrackerClientOptions());
        TrackerSource source = Source(server, address);
        AnnounceRequest seed = Request(1) with { Left = 0, Event = AnnounceEvent.Started };
        AnnounceRequest leech = Request(2) with { Left = 9, Event = AnnounceEvent.Started };
        Assert.Empty((await AskAsync(client, source, seed)).Peers);
        AnnounceReply reply = await AskAsync(client, source, leech);
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), 1), Assert.Single(reply.Peers));
        Assert.Equal((1, 1), (reply.Complete, reply.Incomplete));
        Assert.InRange(reply.Interval.TotalSeconds, 107, 133);
        await AskAsync(client, source, leech with { Left = 0, Event = AnnounceEvent.Completed });
        Assert.Empty((await AskAsync(client, source, seed with { Event = AnnounceEvent.Stopped })).Peers);
        ScrapeOutcome scrape = await client.ScrapeAsync(source, [seed.InfoHash, default], Token);
        Assert.Equal([new ScrapeEntry(seed.InfoHash, 1, 1, 0), new ScrapeEntry(default, 0, 0, 0)], scrape.Entries!);
        Assert.Equal(new TrackerCounters(4, 1, 0, 1, 1), server.Counters);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_on_all_addresses_replies_from_the_one_that_was_asked(bool batches)
    {
        await using TrackerServer server = await StartAsync(null, batches);
        // Clients drop replies from other addresses; 127.0.0.2 is one of this machine's where it routes 127.0.0.0/8.
        string[] addresses = batches && OperatingSystem.IsLinux()
            ? ["127.0.0.1", "127.0.0.2", "127.1.2.3", "::1"] : ["127.0.0.1", "::1"];
        foreach (string address in addresses)
        {
            using var client = new UdpClient(AddressFamilyOf(address));
            client.Connect(IPAddress.Parse(address), server.Port);
            await client.SendAsync(Connect(7), Token);
            byte[] reply = (await client.ReceiveAsync(Token)).Buffer;
            Assert.Equal(16, reply.Length);
            Assert.Equal([0, 0, 0, 0, 0, 0, 0, 7], reply[..8]);
        }
    }

    [Fact]
    public async Task Http_and_udp_share_the_number_of_the_port_and_the_swarms()
    {
        await using TrackerServer server = await StartAsync(IPAddress.Loopback, batches: true);
        await AskAsync(new UdpTrackerClient(new TrackerClientOptions()), Source(server, "127.0.0.1"), Request(1));
        AnnounceOutcome outcome = await new HttpTrackerClient(new TrackerClientOptions()).AnnounceAsync(
            new TrackerSource(new Uri($"http://127.0.0.1:{server.Port}/announce"), AddressOrigin.User), Request(2),
            Token);
        Assert.Equal("127.0.0.1:1", Assert.Single(outcome.Reply!.Peers).ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Garbage_of_every_length_is_dropped_and_the_loop_goes_on(bool batches)
    {
        await using TrackerServer server = await StartAsync(IPAddress.Loopback, batches);
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Loopback, server.Port);
        var random = new Random(1);
        for (int length = 0; length < 300; length++)
        {
            byte[] garbage = new byte[length];
            random.NextBytes(garbage);
            // Not by chance an announce or scrape, which would be told that its id is forged.
            if (length > 11) garbage[11] |= 0x80;
            await client.SendAsync(garbage, Token);
        }
        await client.SendAsync(new byte[65_000], Token);
        await client.SendAsync(Connect(0x01020304), Token);
        byte[] reply = (await client.ReceiveAsync(Token)).Buffer;
        Assert.Equal([0, 0, 0, 0, 1, 2, 3, 4], reply[..8]);
    }

    [Fact]
    public async Task A_port_that_another_tracker_has_for_udp_is_an_error()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)holder.LocalEndPoint!).Port;
        IOException error = await Assert.ThrowsAsync<IOException>(() => TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, Port = port, UdpThreads = 2 }, Token));
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    private static AddressFamily AddressFamilyOf(string address) => IPAddress.Parse(address).AddressFamily;

    private static byte[] Connect(uint transactionId)
    {
        byte[] request = new byte[UdpTrackerHeader.Length];
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, transactionId).Write(request);
        return request;
    }

    private static Task<TrackerServer> StartAsync(IPAddress? bind, bool batches) => TrackerServer.StartAsync(
        new TrackerOptions { Bind = bind, BatchesDatagrams = batches, UdpThreads = 2 }, Token);

    private static TrackerSource Source(TrackerServer server, string address) =>
        new(new Uri($"udp://{(address.Contains(':') ? $"[{address}]" : address)}:{server.Port}/announce"),
            AddressOrigin.User);

    private static AnnounceRequest Request(ushort port) => new()
    {
        InfoHash = new InfoHash([.. Enumerable.Range(0, 20).Select(i => (byte)(i * 13))]),
        PeerId = PeerId.Ours("abcdefghijkl"u8), Port = port, Left = 1,
    };

    private static async Task<AnnounceReply> AskAsync(
        UdpTrackerClient client, TrackerSource source, AnnounceRequest request)
    {
        AnnounceOutcome outcome = await client.AnnounceAsync(source, request, Token);
        Assert.Null(outcome.Error);
        return outcome.Reply!;
    }
}
