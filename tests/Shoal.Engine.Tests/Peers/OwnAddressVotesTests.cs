using System.Net;
using Shoal.Engine.Peers;

namespace Shoal.Engine.Tests.Peers;

public sealed class OwnAddressVotesTests
{
    private static readonly IPAddress One = IPAddress.Parse("198.51.100.1");
    private static readonly IPAddress Two = IPAddress.Parse("198.51.100.2");

    private readonly OwnAddressVotes _votes = new();

    [Fact]
    public void Three_peers_that_agree_are_believed_and_one_that_repeats_itself_is_not()
    {
        for (int i = 0; i < 10; i++) Assert.False(_votes.Vote(Peer(1), One));
        Assert.False(_votes.Vote(Peer(2), Two));
        Assert.False(_votes.Vote(Peer(3), One));
        Assert.True(_votes.Vote(Peer(4), One));
        Assert.Equal([One], _votes.Believed);
        Assert.False(_votes.Vote(Peer(5), One));
    }

    [Fact]
    public void A_tracker_is_believed_at_once_unless_more_say_otherwise()
    {
        for (int i = 0; i < 4; i++) _votes.Vote(Peer(i), One);
        Assert.False(_votes.Vote("http://a/announce", Two));
        Assert.True(_votes.Vote("http://b/announce", Two));
        Assert.Equal([Two], _votes.Believed);
        Assert.True(new OwnAddressVotes().Vote("http://a/announce", One));
    }

    [Fact]
    public void A_changed_address_comes_through_although_many_named_the_old_one()
    {
        for (int i = 0; i < 200; i++) _votes.Vote(Peer(i), One);
        int needed = 0;
        while (!_votes.Vote(Peer(1000 + needed), Two)) Assert.True(++needed < OwnAddressVotes.MaxVoters);
        Assert.Equal([Two], _votes.Believed);
    }

    [Fact]
    public void What_the_system_says_holds_until_others_say_otherwise()
    {
        Assert.True(_votes.Suggest(One));
        Assert.False(_votes.Suggest(Two));
        Assert.False(_votes.Vote(Peer(1), Two));
        Assert.Equal([One], _votes.Believed);
        Assert.True(_votes.Vote("http://a/announce", Two));
        Assert.Equal([Two], _votes.Believed);
    }

    [Theory]
    [InlineData("192.168.1.9", "198.51.100.1")]
    [InlineData("203.0.113.9", "192.168.1.2")]
    [InlineData("203.0.113.9", "127.0.0.1")]
    [InlineData("203.0.113.9", "2001:db8:1::1")]
    [InlineData("203.0.113.9", "0.0.0.0")]
    [InlineData("203.0.113.9", "239.1.1.1")]
    public void Who_cannot_know_or_names_no_address_has_no_vote(string peer, string own)
    {
        byte[] voter = IPAddress.Parse(peer).GetAddressBytes();
        for (int i = 0; i < 10; i++)
        {
            voter[^1]++;
            Assert.False(_votes.Vote(new IPAddress(voter), IPAddress.Parse(own)));
        }
        Assert.Empty(_votes.Believed);
    }

    [Fact]
    public void Each_family_and_scope_has_an_address_of_its_own()
    {
        IPAddress near = IPAddress.Parse("192.168.1.2"), six = IPAddress.Parse("2001:4860::2");
        Assert.True(_votes.Suggest(near));
        for (int i = 0; i < 3; i++)
        {
            _votes.Vote(Peer(i), One);
            // Three networks: three addresses of one network would be one voter.
            _votes.Vote(IPAddress.Parse($"2001:4860:0:{i + 1}::1"), six);
            _votes.Vote(IPAddress.Parse($"2001:4860:0:9::{i + 1}"), IPAddress.Parse("2001:4860::3"));
        }
        Assert.Equal(new HashSet<IPAddress> { near, One, six }, [.. _votes.Believed]);
        // An IPv4 address in IPv6 dress is the IPv4 address.
        Assert.False(_votes.Vote(Peer(7).MapToIPv6(), One.MapToIPv6()));
        Assert.Equal(3, _votes.Believed.Count);
    }

    private static IPAddress Peer(int number) => new([203, 0, (byte)(number >> 8), (byte)number]);
}
