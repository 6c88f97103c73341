using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

/// <summary>Of the addresses that clients claim, what is believed of whom, and who gets to know it.</summary>
public sealed class PrivateAddressTests
{
    private static readonly HostAddress Home = new(IPAddress.Parse("198.51.100.7"));
    private static readonly HostAddress Elsewhere = new(IPAddress.Parse("203.0.113.9"));

    private readonly byte[] _peers = new byte[6 * 50];
    private AnnounceService _service = Service(new TrackerOptions());

    [Fact]
    public void Peers_behind_one_router_get_each_others_private_address_first()
    {
        Ask(Home, 1, "192.168.1.5");
        Assert.Equal(["192.168.1.5:1", "198.51.100.7:1"], Ask(Home, 2, "192.168.1.6"));
        Assert.Equal(["192.168.1.6:2", "198.51.100.7:2"], Ask(Home, 1, "192.168.1.5"));
        // One that tells none is behind the same router all the same.
        Assert.Equal(["192.168.1.5:1", "192.168.1.6:2"], Ask(Home, 3).Take(2).Order());
    }

    [Fact]
    public void Nobody_else_ever_gets_it()
    {
        Ask(Home, 1, "192.168.1.5");
        Assert.Equal(["198.51.100.7:1"], Ask(Elsewhere, 2));
        Assert.DoesNotContain(Ask(new HostAddress(IPAddress.Parse("192.168.1.9")), 3),
            peer => peer.StartsWith("192.168.1.5", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    public void What_is_no_private_address_is_left_aside(string claimed)
    {
        Ask(Home, 1, claimed);
        Assert.Equal(["198.51.100.7:1"], Ask(Home, 2));
    }

    [Fact]
    public void A_private_network_is_served_by_source_addresses_and_claims_change_nothing()
    {
        var lan = new HostAddress(IPAddress.Parse("10.0.0.4"));
        Ask(lan, 1, "10.0.0.99");
        Assert.Equal(["10.0.0.4:1"], Ask(new HostAddress(IPAddress.Parse("10.0.0.5")), 2));
        Assert.DoesNotContain(Ask(Elsewhere, 3), peer => peer.StartsWith("10.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_client_on_this_machine_may_say_by_which_private_address_others_reach_it()
    {
        var here = new HostAddress(IPAddress.Loopback);
        Ask(here, 1, "10.0.0.4");
        Assert.Equal(["10.0.0.4:1"], Ask(new HostAddress(IPAddress.Parse("10.0.0.5")), 2));
        Ask(here, 3, "8.8.8.8");
        Assert.DoesNotContain(Ask(Elsewhere, 4), peer => peer.StartsWith("8.", StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_gone_when_its_peer_stops_or_falls_silent()
    {
        Ask(Home, 1, "192.168.1.5");
        Ask(Home, 2, "192.168.1.6");
        Ask(Home, 1, "192.168.1.5", AnnounceEvent.Stopped);
        Assert.DoesNotContain("192.168.1.5:1", Ask(Home, 3));
        Assert.Contains("192.168.1.6:2", Ask(Home, 3));
        _service.Store.Sweep(TimeSpan.FromMinutes(10));
        Ask(Home, 4);
        Assert.DoesNotContain("192.168.1.6:2", Ask(Home, 3));
    }

    [Fact]
    public void It_can_be_turned_off()
    {
        _service = Service(new TrackerOptions { HonoursPrivateAddresses = false });
        Ask(Home, 1, "192.168.1.5");
        Assert.Equal(["198.51.100.7:1"], Ask(Home, 2));
    }

    [Fact]
    public void One_household_notes_only_so_many_in_a_swarm()
    {
        for (int i = 1; i <= 200; i++) Ask(Home, i, $"192.168.1.{i}");
        Assert.InRange(Ask(Home, 999, wanted: 50).Count(p => p.StartsWith("192.", StringComparison.Ordinal)), 1, 50);
    }

    private static AnnounceService Service(TrackerOptions options) => new(options,
        new SwarmStore(new SwarmStoreOptions { MaxPeersPerHost = 1000 }, new Random(1)),
        new AccessGate(TrackerMode.Open, null, null, options.Time), TrackerSecret.Draw(), new TrackerMetrics());

    private List<string> Ask(HostAddress from, int port, string? claimed = null,
        AnnounceEvent reason = AnnounceEvent.None, int wanted = 50)
    {
        var query = new AnnounceQuery
        {
            InfoHash = default, PeerId = default, Port = (ushort)port, Left = 1, NumWant = wanted, Event = reason,
            ClaimedV4 = claimed is null ? 0 : new HostAddress(IPAddress.Parse(claimed)).V4,
        };
        Assert.Equal(RefusalReason.None,
            _service.TryPrepare(query, from, default, default, out SwarmAnnounce announce));
        _service.Store.TryAnnounce(announce, default, _peers, default, out StoreAnswer answer);
        var peers = new List<string>();
        for (int i = 0; i < answer.Bytes4; i += 6)
            peers.Add($"{new IPAddress(_peers.AsSpan(i, 4))}:{_peers[i + 4] << 8 | _peers[i + 5]}");
        return peers;
    }
}
