using System.Net;
using Shoal.Protocol.Addresses;

namespace Shoal.Protocol.Tests.Addresses;

public sealed class AddressPolicyTests
{
    private static readonly (AddressScope Scope, string Address)[] Places =
    [
        (AddressScope.Loopback, "127.0.0.1"),
        (AddressScope.LinkLocal, "169.254.169.254"),
        (AddressScope.Private, "192.168.1.1"),
        (AddressScope.Global, "8.8.8.8"),
    ];

    [Fact]
    public void The_user_may_name_anything_that_can_be_reached() =>
        AssertAllowed(AddressOrigin.User, AddressUse.WebSeed("/x?y"), AddressScope.Loopback);

    [Fact]
    public void A_torrent_may_not_name_this_machine()
    {
        AssertAllowed(AddressOrigin.Torrent, AddressUse.Peer, AddressScope.LinkLocal);
        AssertAllowed(default, AddressUse.Peer, AddressScope.LinkLocal);
        AssertAllowed(AddressOrigin.Torrent, AddressUse.TorrentFile("/announce"), AddressScope.LinkLocal);
    }

    [Theory]
    [InlineData("/announce", true)]
    [InlineData("/announce?passkey=1", true)]
    [InlineData("/announce/x", false)]
    [InlineData("/Announce", false)]
    [InlineData("/admin?/announce", false)]
    [InlineData("/x/announce", false)]
    [InlineData("/", false)]
    [InlineData(null, false)]
    public void On_this_machine_a_torrent_may_name_only_the_announce_path(string? path, bool expected)
    {
        Assert.Equal(expected, IsAllowed(AddressOrigin.Torrent, AddressUse.Tracker(path), "127.0.0.1"));
        Assert.Equal(expected, IsAllowed(AddressOrigin.Torrent, AddressUse.Tracker(path), "::1"));
        Assert.Equal(expected, IsAllowed(AddressOrigin.Torrent, AddressUse.Tracker(path), "::ffff:127.0.0.1"));
        Assert.False(IsAllowed(AddressOrigin.Torrent, AddressUse.WebSeed(path), "127.0.0.1"));
    }

    [Theory]
    [InlineData("info_hash=x")]
    [InlineData("a=b&port=80")]
    [InlineData("left")]
    [InlineData("event=stopped&z")]
    public void A_torrents_tracker_may_not_bring_announce_parameters_along(string query)
    {
        Assert.False(IsAllowed(AddressOrigin.Torrent, AddressUse.Tracker("/announce?" + query), "8.8.8.8"));
        Assert.False(IsAllowed(AddressOrigin.Torrent, AddressUse.Tracker("/announce?" + query), "127.0.0.1"));
        Assert.True(IsAllowed(AddressOrigin.User, AddressUse.Tracker("/announce?" + query), "8.8.8.8"));
    }

    [Fact]
    public void A_torrents_web_seed_in_the_local_network_may_not_have_a_query()
    {
        Assert.False(IsAllowed(AddressOrigin.Torrent, AddressUse.WebSeed("/reboot?now=1"), "192.168.1.1"));
        Assert.True(IsAllowed(AddressOrigin.Torrent, AddressUse.WebSeed("/files/a"), "192.168.1.1"));
        Assert.True(IsAllowed(AddressOrigin.Torrent, AddressUse.WebSeed("/files?a=1"), "8.8.8.8"));
    }

    [Theory]
    [InlineData(AddressScope.Loopback, AddressScope.Loopback)]
    [InlineData(AddressScope.LinkLocal, AddressScope.LinkLocal)]
    [InlineData(AddressScope.Private, AddressScope.LinkLocal)]
    [InlineData(AddressScope.Global, AddressScope.Private)]
    public void A_tracker_may_name_peers_down_to(AddressScope tracker, AddressScope nearest) =>
        AssertAllowed(AddressOrigin.Tracker(tracker), AddressUse.Peer, nearest);

    [Theory]
    [InlineData(AddressScope.Loopback, AddressScope.Loopback)]
    [InlineData(AddressScope.LinkLocal, AddressScope.LinkLocal)]
    [InlineData(AddressScope.Private, AddressScope.Private)]
    [InlineData(AddressScope.Global, AddressScope.Global)]
    [InlineData(AddressScope.Unusable, AddressScope.Global)]
    public void A_peer_and_a_redirect_may_not_lead_nearer_than_they_are(AddressScope from, AddressScope nearest)
    {
        AssertAllowed(AddressOrigin.Peer(from), AddressUse.Peer, nearest);
        AssertAllowed(AddressOrigin.User.Redirected(from), AddressUse.Tracker("/anything"), nearest);
    }

    [Fact]
    public void A_redirect_of_a_torrents_request_stays_under_the_rule_for_torrents()
    {
        AddressOrigin twice = AddressOrigin.Torrent.Redirected(AddressScope.Loopback).Redirected(AddressScope.Loopback);
        Assert.False(IsAllowed(twice, AddressUse.Tracker("/admin"), "127.0.0.1"));
        Assert.True(IsAllowed(twice, AddressUse.Tracker("/announce"), "127.0.0.1"));
        AddressOrigin users = AddressOrigin.User.Redirected(AddressScope.Loopback).Redirected(AddressScope.Loopback);
        Assert.True(IsAllowed(users, AddressUse.Tracker("/admin"), "127.0.0.1"));
    }

    [Theory]
    [InlineData("8.8.8.8", 0)]
    [InlineData("0.0.0.0", 80)]
    [InlineData("239.1.1.1", 80)]
    [InlineData("ff02::1", 80)]
    [InlineData("64:ff9b::7f00:1", 80)]
    public void What_cannot_be_one_machine_is_refused_even_to_the_user(string address, int port)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        Assert.False(AddressPolicy.Allows(AddressOrigin.User, AddressUse.Peer, target, out string? refusal));
        Assert.StartsWith(target.ToString(), refusal, StringComparison.Ordinal);
    }

    private static bool IsAllowed(AddressOrigin origin, AddressUse use, string address)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), 80);
        bool allowed = AddressPolicy.Allows(origin, use, target, out string? refusal);
        Assert.Equal(allowed, refusal is null);
        return allowed;
    }

    private static void AssertAllowed(AddressOrigin origin, AddressUse use, AddressScope nearest)
    {
        foreach ((AddressScope scope, string address) in Places)
            Assert.Equal(scope >= nearest, IsAllowed(origin, use, address));
    }
}
