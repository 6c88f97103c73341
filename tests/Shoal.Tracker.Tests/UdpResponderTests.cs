using System.Buffers.Binary;
using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.Tracker.Tests;

/// <summary>What real clients send, and what attackers do, over UDP, datagram by datagram.</summary>
public sealed class UdpResponderTests
{
    private static readonly HostAddress Client = new(IPAddress.Parse("192.0.2.7"));
    private static readonly HostAddress Client6 = new(IPAddress.Parse("2001:db8::7"));

    private readonly ManualTime _clock = new();
    private readonly byte[] _reply = new byte[UdpResponder.MaxReplyLength];
    private readonly AnnounceService _service;
    private readonly UdpResponder _responder;

    public UdpResponderTests()
    {
        var options = new TrackerOptions { Time = _clock };
        TrackerSecret secret = TrackerSecret.Draw();
        _service = new AnnounceService(options,
            new SwarmStore(new SwarmStoreOptions { MaxPeersPerHost = 1000 }, new Random(1)),
            new AccessGate(options.Mode, options.Registry, options.Keys, options.Time), secret, new TrackerMetrics());
        _responder = new UdpResponder(_service, new ConnectionIds(secret.Connections, options.ConnectionLifetime),
            new AttemptBudget(100, TimeSpan.FromSeconds(1)));
        _responder.ReadClock();
    }

    [Fact]
    public void A_connect_reply_has_exactly_sixteen_bytes()
    {
        byte[] reply = Ask(Connect(0x01020304));
        Assert.Equal(16, reply.Length);
        Assert.Equal([0, 0, 0, 0, 1, 2, 3, 4], reply[..8]);
    }

    [Fact]
    public void A_connect_with_another_magic_or_too_few_bytes_gets_nothing()
    {
        byte[] wrong = Connect(1);
        wrong[7] ^= 1;
        Assert.Empty(Ask(wrong));
        for (int length = 0; length < 16; length++) Assert.Empty(Ask(Connect(1)[..length]));
    }

    [Fact]
    public void The_same_id_serves_every_socket_of_an_address()
    {
        // libtorrent keeps one id for an address, whatever its port; routers change ports.
        ulong id = ConnectionOf(Client);
        Assert.Equal(UdpTrackerAction.Announce, ActionOf(Ask(Announce(id, 1))));
        Assert.Equal(UdpTrackerAction.Announce, ActionOf(Ask(Announce(id, 2))));
        Assert.Equal(UdpTrackerAction.Error, ActionOf(Ask(Announce(id, 1), Client6)));
    }

    [Fact]
    public void An_old_or_forged_id_gets_an_error_no_longer_than_the_request()
    {
        ulong id = ConnectionOf(Client);
        _clock.Advance(TimeSpan.FromSeconds(121));
        _responder.ReadClock();
        byte[] expired = Ask(Announce(id, 1));
        Assert.Equal("Connection id expired.", TextOf(expired));
        byte[] scrape = new byte[36];
        UdpScrapeCodec.WriteRequest(scrape, 12345, 7, [default]);
        byte[] forged = Ask(scrape);
        Assert.True(forged.Length <= scrape.Length);
        Assert.Equal("Connection id not valid.", TextOf(forged));
        Assert.Equal(0, _service.Store.Totals.Peers);
        // Shorter than any request that means something: shorter still is the reply.
        Assert.True(Ask(scrape[..17]).Length <= 17);
    }

    [Fact]
    public void Errors_for_one_host_are_limited_and_others_still_get_theirs()
    {
        int told = 0;
        for (int i = 0; i < 1000; i++) told += Ask(Announce(1, 1)).Length > 0 ? 1 : 0;
        Assert.Equal(100, told);
        Assert.NotEmpty(Ask(Announce(1, 1), Client6));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _responder.ReadClock();
        Assert.NotEmpty(Ask(Announce(1, 1)));
    }

    [Fact]
    public void An_unknown_action_without_an_id_gets_nothing_and_with_one_an_error()
    {
        byte[] request = Announce(1, 1);
        request[11] = 9;
        Assert.Empty(Ask(request));
        BinaryPrimitives.WriteUInt64BigEndian(request, ConnectionOf(Client));
        Assert.Equal(UdpTrackerAction.Error, ActionOf(Ask(request)));
    }

    [Fact]
    public void An_announce_reply_ends_with_its_last_peer_and_fits_every_network()
    {
        ulong id = ConnectionOf(Client), id6 = ConnectionOf(Client6);
        for (ushort port = 1; port <= 300; port++)
        {
            Ask(Announce(id, port));
            Ask(Announce(id6, port), Client6);
        }
        byte[] reply = Ask(Announce(id, 1, wanted: 1000));
        Assert.Equal(20 + 6 * 200, reply.Length);
        Assert.Equal(300, BinaryPrimitives.ReadInt32BigEndian(reply.AsSpan(12)) / 2);
        byte[] reply6 = Ask(Announce(id6, 1, wanted: 1000), Client6);
        Assert.Equal(0, (reply6.Length - 20) % 18);
        Assert.InRange(reply6.Length, 20 + 18 * 60, 1232);
        Assert.Equal(20 + 6 * 50, Ask(Announce(id, 1, wanted: -1)).Length);
        Assert.Equal(20, Ask(Announce(id, 1, wanted: 0)).Length);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(77)]
    [InlineData(-1)]
    public void Paused_and_unknown_events_are_announces_like_others(int reason)
    {
        byte[] request = Announce(ConnectionOf(Client), 1);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(80), reason);
        Assert.Equal(UdpTrackerAction.Announce, ActionOf(Ask(request)));
        Assert.Equal(1, _service.Store.Totals.Incomplete);
    }

    [Fact]
    public void Options_behind_an_announce_are_read_or_passed_over()
    {
        ulong id = ConnectionOf(Client);
        byte[][] options =
        [
            [0], [1, 1, 1, 0], [2, 255], [2, 5, 1, 2], [2, 3, 1, 2, 3, 0], [9, 3, 1, 2, 3], [9],
            [.. Enumerable.Repeat((byte)2, 900)],
            [.. Enumerable.Range(0, 255).SelectMany(_ => new byte[] { 2, 2, 47, 47 })],
        ];
        foreach (byte[] option in options)
            Assert.Equal(UdpTrackerAction.Announce, ActionOf(Ask([.. Announce(id, 1), .. option])));
        for (int length = 16; length < UdpAnnounceCodec.Length; length++)
            Assert.Equal(UdpTrackerAction.Error, ActionOf(Ask(Announce(id, 1)[..length])));
    }

    [Fact]
    public void Port_0_is_for_those_who_stop_only()
    {
        ulong id = ConnectionOf(Client);
        Assert.Equal(UdpTrackerAction.Error, ActionOf(Ask(Announce(id, 0))));
        byte[] stop = Announce(id, 0);
        BinaryPrimitives.WriteInt32BigEndian(stop.AsSpan(80), (int)AnnounceEvent.Stopped);
        Assert.Equal(UdpTrackerAction.Announce, ActionOf(Ask(stop)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(74)]
    [InlineData(75)]
    [InlineData(200)]
    public void A_scrape_is_answered_in_order_up_to_what_a_datagram_holds(int asked)
    {
        ulong id = ConnectionOf(Client);
        Ask(Announce(id, 5, hash: 3));
        byte[] request = new byte[16 + 20 * asked + 7];
        new UdpTrackerHeader(id, UdpTrackerAction.Scrape, 9).Write(request);
        for (int i = 0; i < asked; i++) Hash(i + 3).CopyTo(request.AsSpan(16 + 20 * i));
        byte[] reply = Ask(request);
        Assert.Equal(8 + 12 * Math.Min(asked, 74), reply.Length);
        // Seeders, completed, leechers: another order than in an announce.
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], reply[8..20]);
        Assert.All(reply[20..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_scrape_of_nothing_is_an_error()
    {
        byte[] request = new byte[16];
        new UdpTrackerHeader(ConnectionOf(Client), UdpTrackerAction.Scrape, 9).Write(request);
        Assert.Equal(UdpTrackerAction.Error, ActionOf(Ask(request)));
    }

    [Fact]
    public void Nothing_that_has_not_proven_its_address_gets_more_than_it_sent()
    {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] request = new byte[random.Next(0, 200)];
            random.NextBytes(request);
            if (request.Length > 11) request.AsSpan(8, 3).Clear();
            if (request.Length > 11) request[11] %= 5;
            if (request.Length > 7 && i % 3 == 0)
                BinaryPrimitives.WriteUInt64BigEndian(request, UdpTrackerHeader.ConnectMagic);
            Assert.True(Ask(request, new HostAddress((uint)random.Next() | 0x08000000)).Length <= request.Length);
        }
    }

    [Fact]
    public void A_source_address_that_nobody_can_reach_is_not_listed()
    {
        var nobody = new HostAddress(IPAddress.Parse("0.1.2.3"));
        Assert.Equal(UdpTrackerAction.Error, ActionOf(Ask(Announce(ConnectionOf(nobody), 1), nobody)));
        Assert.Equal(0, _service.Store.Totals.Peers);
    }

    private byte[] Ask(byte[] request, HostAddress? from = null) =>
        _reply[.._responder.Answer(request, from ?? Client, _reply, out _)];

    private ulong ConnectionOf(HostAddress client) =>
        BinaryPrimitives.ReadUInt64BigEndian(Ask(Connect(1), client).AsSpan(8));

    private static byte[] Connect(uint transactionId)
    {
        byte[] request = new byte[UdpTrackerHeader.Length];
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, transactionId).Write(request);
        return request;
    }

    private static byte[] Announce(ulong id, ushort port, int wanted = 50, int hash = 0)
    {
        byte[] request = new byte[UdpAnnounceCodec.Length];
        UdpAnnounceCodec.Write(request, id, 2, new AnnounceRequest
        {
            InfoHash = Hash(hash), PeerId = default, Port = port, Left = 1, NumWant = wanted,
        }, default);
        return request;
    }

    private static InfoHash Hash(int number) => new([.. BitConverter.GetBytes(number), .. new byte[16]]);

    private static UdpTrackerAction ActionOf(byte[] reply) =>
        (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(reply);

    private static string TextOf(byte[] reply)
    {
        Assert.Equal(UdpTrackerAction.Error, ActionOf(reply));
        return Encoding.ASCII.GetString(reply.AsSpan(8));
    }
}
