using System.Net;
using Shoal.Protocol.Addresses;
using Shoal.Swarm.Peers;

namespace Shoal.Swarm.Tests.Peers;

public sealed class PeerDirectoryTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(5);

    [Fact]
    public void The_best_address_is_dialled_first()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 500, Now);
        directory.Add(At(2), PeerSources.Dht, 900, Now);
        directory.Add(At(3), PeerSources.User, 1, Now);
        directory.Add(At(4), PeerSources.Tracker, 700, Now);
        Assert.Equal([3, 2, 4, 1], Dial(directory, Now));
        Assert.Empty(Dial(directory, Now));
        Assert.Equal(4, directory.DiallingCount);
    }

    [Fact]
    public void More_addresses_than_one_walk_finds_are_all_dialled_best_first()
    {
        PeerDirectory directory = Make();
        for (int i = 1; i <= 200; i++) directory.Add(At(i), PeerSources.Tracker, (uint)(i * 7919 % 1000 + 1), Now);
        int[] order = Dial(directory, Now);
        Assert.Equal(200, order.Distinct().Count());
        Assert.Equal(order.OrderByDescending(i => i * 7919 % 1000), order);
    }

    [Fact]
    public void That_a_peer_takes_connections_in_the_clear_only_is_known_until_that_fails()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 1, Now);
        directory.SetPlainOnly(At(2));
        Assert.False(directory.IsPlainOnly(At(1)));
        Assert.False(directory.IsPlainOnly(At(2)));
        directory.SetPlainOnly(At(1));
        Assert.True(directory.OnConnected(At(1), Now));
        directory.OnDisconnected(At(1), Now);
        Assert.True(directory.IsPlainOnly(At(1)));
        Assert.Equal([1], Dial(directory, Now + TimeSpan.FromMinutes(1)));
        directory.OnDialFailed(At(1), Now);
        Assert.False(directory.IsPlainOnly(At(1)));
    }

    [Fact]
    public void A_failed_dial_is_repeated_later_and_later_up_to_twenty_minutes()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 1, Now);
        TimeSpan now = Now;
        var waits = new List<double>();
        for (int i = 0; i < 12; i++)
        {
            Assert.True(directory.TryNextToDial(now, out IPEndPoint address));
            directory.OnDialFailed(address, now);
            TimeSpan failed = now;
            while (!Peek(directory, now)) now += TimeSpan.FromSeconds(1);
            waits.Add((now - failed).TotalSeconds);
        }
        Assert.Equal([10, 20, 40, 80, 160, 320, 640, 1200, 1200, 1200, 1200, 1200], waits);
        Assert.Equal(0, directory.DiallingCount);
    }

    [Fact]
    public void What_the_user_named_is_tried_again_every_thirty_seconds_at_least()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.User, 1, Now);
        TimeSpan now = Now;
        for (int i = 0; i < 10; i++, now += TimeSpan.FromSeconds(30))
        {
            Assert.True(directory.TryNextToDial(now, out IPEndPoint address));
            directory.OnDialFailed(address, now);
        }
    }

    [Fact]
    public void One_address_has_one_connection_whoever_opened_it()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 1, Now);
        Assert.True(directory.OnConnected(At(1), Now));
        Assert.Empty(Dial(directory, Now));
        Assert.False(directory.OnConnected(At(1), Now));
        Assert.Equal(1, directory.ConnectedCount);
        directory.OnDisconnected(At(1), Now);
        Assert.Equal(0, directory.ConnectedCount);
        Assert.Empty(Dial(directory, Now));
        Assert.Equal([1], Dial(directory, Now + TimeSpan.FromSeconds(5)));
        Assert.True(directory.OnConnected(At(1), Now));
        Assert.Equal(0, directory.DiallingCount);
    }

    [Fact]
    public void Who_is_expected_back_is_dialled_a_moment_later_but_only_once()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 1, Now);
        foreach (int wait in (int[])[1, 5])
        {
            Assert.True(directory.OnConnected(At(1), Now));
            directory.ExpectBack(At(1));
            directory.OnDisconnected(At(1), Now);
            Assert.Empty(Dial(directory, Now + TimeSpan.FromSeconds(wait - 0.1)));
            Assert.Equal([1], Dial(directory, Now + TimeSpan.FromSeconds(wait)));
        }
        directory.ExpectBack(At(2));
    }

    [Fact]
    public void An_unknown_address_that_connects_is_taken_in_and_dialled_when_it_is_gone()
    {
        PeerDirectory directory = Make();
        Assert.True(directory.OnConnected(At(9), Now));
        Assert.Equal(PeerSources.Incoming, Assert.Single(directory.Peers).Sources);
        directory.OnDisconnected(At(9), Now, wasFault: true);
        Assert.Empty(Dial(directory, Now + TimeSpan.FromSeconds(9)));
        Assert.Equal([9], Dial(directory, Now + TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Peers_that_need_nothing_are_not_dialled_by_one_that_needs_nothing()
    {
        PeerDirectory directory = Make();
        directory.IsUploadOnly = true;
        directory.Add(At(1), PeerSources.Tracker, 1, Now, isUploadOnly: true);
        directory.Add(At(2), PeerSources.Tracker, 1, Now);
        Assert.Equal([2], Dial(directory, Now));
        directory.IsUploadOnly = false;
        Assert.Equal([1], Dial(directory, Now));
    }

    [Fact]
    public void A_ban_holds_for_every_port_of_the_address_and_for_its_mapped_form()
    {
        PeerDirectory directory = Make();
        var one = new IPEndPoint(IPAddress.Parse("5.5.5.5"), 1000);
        var two = new IPEndPoint(IPAddress.Parse("5.5.5.5"), 2000);
        directory.Add(one, PeerSources.Tracker, 1, Now);
        directory.Add(two, PeerSources.Tracker, 1, Now);
        directory.Add(At(3), PeerSources.Tracker, 1, Now);
        directory.OnConnected(one, Now);
        directory.Ban(IPAddress.Parse("::ffff:5.5.5.5"));
        Assert.True(directory.IsBanned(one.Address));
        Assert.Equal(0, directory.ConnectedCount);
        Assert.Equal([3], Dial(directory, Now));
        Assert.Equal(AddOutcome.Banned, directory.Add(two, PeerSources.User, 1, Now));
        Assert.False(directory.OnConnected(one, Now));
    }

    [Theory]
    [InlineData("1.2.3.4", 0, false)]
    [InlineData("0.0.0.0", 6881, false)]
    [InlineData("239.1.1.1", 6881, false)]
    [InlineData("255.255.255.255", 6881, false)]
    [InlineData("ff02::1", 6881, false)]
    [InlineData("127.0.0.1", 6881, true)]
    [InlineData("2001:4860::1", 6881, true)]
    public void Addresses_where_nobody_can_listen_are_refused(string address, int port, bool usable)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        AddOutcome expected = usable ? AddOutcome.Added : AddOutcome.Unusable;
        Assert.Equal(expected, Make().Add(endPoint, PeerSources.Tracker, 1, Now));
    }

    [Fact]
    public void A_mapped_address_is_the_address_it_maps()
    {
        PeerDirectory directory = Make();
        directory.Add(new IPEndPoint(IPAddress.Parse("::ffff:8.8.8.8"), 5), PeerSources.Tracker, 1, Now);
        var plain = new IPEndPoint(IPAddress.Parse("8.8.8.8"), 5);
        Assert.Equal(AddOutcome.Known, directory.Add(plain, PeerSources.PeerExchange, 1, Now));
        Assert.Equal(PeerSources.Tracker | PeerSources.PeerExchange, Assert.Single(directory.Peers).Sources);
    }

    [Fact]
    public void One_global_address_has_few_ports_and_a_local_one_as_many_as_there_are()
    {
        PeerDirectory directory = Make();
        int global = 0, local = 0;
        for (int port = 1; port <= 100; port++)
        {
            if (directory.Add(new IPEndPoint(IPAddress.Parse("8.8.4.4"), port), PeerSources.Dht, 1, Now)
                == AddOutcome.Added) global++;
            if (directory.Add(new IPEndPoint(IPAddress.Loopback, port), PeerSources.Dht, 1, Now)
                == AddOutcome.Added) local++;
        }
        Assert.Equal(PeerDirectory.MaxPortsPerAddress, global);
        Assert.Equal(100, local);
    }

    [Fact]
    public void A_flood_from_strangers_displaces_neither_what_trackers_said_nor_who_is_connected()
    {
        var directory = new PeerDirectory(new SwarmRandom(1), capacity: 300);
        for (int i = 1; i <= 200; i++) directory.Add(At(i), PeerSources.Tracker, 1, Now);
        for (int i = 201; i <= 210; i++) directory.OnConnected(At(i), Now);
        for (int i = 1000; i < 20_000; i++) directory.Add(At(i), PeerSources.PeerExchange, 1, Now);
        Assert.Equal(300, directory.Peers.Count);
        Assert.Equal(200, directory.Peers.Count(p => p.Sources == PeerSources.Tracker));
        Assert.Equal(10, directory.ConnectedCount);
        // Trackers displace strangers, and the user everybody who is not connected.
        for (int i = 30_000; i < 30_400; i++) directory.Add(At(i), PeerSources.Tracker, 1, Now);
        Assert.DoesNotContain(directory.Peers, p => p.Sources == PeerSources.PeerExchange);
        Assert.Equal(AddOutcome.Added, directory.Add(At(50_000), PeerSources.User, 1, Now));
        Assert.Equal(300, directory.Peers.Count);
    }

    [Fact]
    public void Who_cannot_be_reached_gives_way_first()
    {
        var directory = new PeerDirectory(new SwarmRandom(1), capacity: 10);
        for (int i = 1; i <= 10; i++) directory.Add(At(i), PeerSources.Tracker, (uint)(100 - i), Now);
        Assert.True(directory.TryNextToDial(Now, out IPEndPoint dead));
        directory.OnDialFailed(dead, Now);
        directory.Add(At(11), PeerSources.Tracker, 1, Now);
        Assert.DoesNotContain(directory.Peers, p => p.EndPoint.Equals(dead));
    }

    [Fact]
    public void Strangers_cannot_have_us_dial_a_dead_address_for_ever()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.PeerExchange, 1, Now);
        TimeSpan now = Now;
        int dials = 0;
        for (; now < Now + TimeSpan.FromHours(4); now += TimeSpan.FromSeconds(1))
        {
            directory.Add(At(1), PeerSources.PeerExchange, 1, now);
            if (!directory.TryNextToDial(now, out IPEndPoint address)) continue;
            directory.OnDialFailed(address, now);
            dials++;
        }
        Assert.InRange(dials, 10, 25);
    }

    [Theory]
    [InlineData(PeerSources.Link, 10, 25)]
    [InlineData(PeerSources.User, 400, 600)]
    public void Whom_a_link_names_is_dialled_as_a_stranger_and_whom_the_user_names_again_and_again(
        PeerSources source, int least, int most)
    {
        PeerDirectory directory = Make();
        var peer = new IPEndPoint(IPAddress.Parse("8.8.8.8"), 7);
        directory.Add(peer, source, 1, Now);
        int dials = 0;
        for (TimeSpan now = Now; now < Now + TimeSpan.FromHours(4); now += TimeSpan.FromSeconds(1))
        {
            if (!directory.TryNextToDial(now, out IPEndPoint address)) continue;
            directory.OnDialFailed(address, now);
            dials++;
        }
        Assert.InRange(dials, least, most);
        for (int port = 1000; port < 1100; port++) directory.Add(new IPEndPoint(peer.Address, port), source, 1, Now);
        bool isStranger = source == PeerSources.Link;
        Assert.Equal(isStranger ? PeerDirectory.MaxPortsPerAddress : 101, directory.Peers.Count);
    }

    [Fact]
    public void Of_all_who_name_an_address_one_who_may_counts()
    {
        PeerDirectory directory = Make();
        var here = new IPEndPoint(IPAddress.Loopback, 7);
        AddressOrigin near = AddressOrigin.Tracker(AddressScope.Loopback);
        AddressOrigin far = AddressOrigin.Tracker(AddressScope.Global);
        directory.Add(here, PeerSources.Tracker, 1, Now, origin: far);
        Assert.Equal(far, directory.OriginOf(here));
        directory.Add(here, PeerSources.Tracker, 1, Now, origin: near);
        directory.Add(here, PeerSources.Tracker, 1, Now, origin: far);
        Assert.Equal(near, directory.OriginOf(here));
        Assert.Equal(AddressOrigin.Torrent, directory.OriginOf(At(1)));
    }

    [Fact]
    public void An_address_that_may_not_be_dialled_is_forgotten()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 1, Now);
        directory.Add(At(2), PeerSources.Tracker, 2, Now);
        Assert.True(directory.TryNextToDial(Now, out IPEndPoint address));
        directory.OnDialRefused(address);
        directory.OnDialRefused(At(1));
        Assert.Equal(At(1), Assert.Single(directory.Peers).EndPoint);
        Assert.Equal(0, directory.DiallingCount);
    }

    [Fact]
    public void Our_own_address_is_not_dialled_again()
    {
        PeerDirectory directory = Make();
        directory.Add(At(1), PeerSources.Tracker, 1, Now);
        Assert.Equal([1], Dial(directory, Now));
        directory.OnSelf(At(1));
        Assert.Empty(Dial(directory, Now + TimeSpan.FromDays(2)));
        Assert.Equal(AddOutcome.Known, directory.Add(At(1), PeerSources.Tracker, 1, Now));
        Assert.Equal(0, directory.DiallingCount);
    }

    [Fact]
    public void The_oldest_ban_ends_when_there_are_too_many()
    {
        PeerDirectory directory = Make();
        for (int i = 0; i <= PeerDirectory.MaxBans; i++) directory.Ban(At(i).Address);
        Assert.False(directory.IsBanned(At(0).Address));
        Assert.True(directory.IsBanned(At(1).Address));
        Assert.Equal(PeerDirectory.MaxBans, directory.Banned.Count);
    }

    private static PeerDirectory Make() => new(new SwarmRandom(1));

    // Every number has an address of its own; the port repeats it for reading.
    private static IPEndPoint At(int number) =>
        new(new IPAddress([20, (byte)(number >> 16), (byte)(number >> 8), (byte)number]), number % 60_000 + 1);

    private static int[] Dial(PeerDirectory directory, TimeSpan now)
    {
        var dialled = new List<int>();
        while (directory.TryNextToDial(now, out IPEndPoint address)) dialled.Add(address.Port - 1);
        return [.. dialled];
    }

    private static bool Peek(PeerDirectory directory, TimeSpan now) =>
        directory.Peers.Any(p => p.State == PeerAddressState.Idle && now >= p.NotBefore);
}
