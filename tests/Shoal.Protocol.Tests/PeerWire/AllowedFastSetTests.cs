using System.Net;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class AllowedFastSetTests
{
    private static readonly IPAddress Peer = IPAddress.Parse("80.4.4.200");

    private static int[] Set(IPAddress peer, int pieces, int wanted)
    {
        var into = new PieceIndex[wanted];
        int count = AllowedFastSet.Fill(peer, Hash, new PieceGeometry(16384, pieces * 16384L), into);
        return [.. into.Take(count).Select(p => p.Value)];
    }

    [Fact]
    public void The_sets_of_the_specification_come_out()
    {
        Assert.Equal([1059, 431, 808, 1217, 287, 376, 1188], Set(Peer, 1313, 7));
        Assert.Equal([1059, 431, 808, 1217, 287, 376, 1188, 353, 508], Set(Peer, 1313, 9));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(12)]
    public void A_torrent_with_few_pieces_gives_each_once(int pieces)
    {
        int[] set = Set(Peer, pieces, 20);
        Assert.Equal(Enumerable.Range(0, pieces), set.Order());
    }

    [Fact]
    public void A_torrent_without_pieces_gives_none() => Assert.Empty(Set(Peer, 0, 5));

    [Fact]
    public void Neighbours_share_a_set_and_clothes_do_not_matter()
    {
        Assert.Equal(Set(Peer, 1313, 9), Set(IPAddress.Parse("80.4.4.1"), 1313, 9));
        Assert.Equal(Set(Peer, 1313, 9), Set(Peer.MapToIPv6(), 1313, 9));
        Assert.NotEqual(Set(Peer, 1313, 9), Set(IPAddress.Parse("80.4.5.200"), 1313, 9));
    }

    [Fact]
    public void An_ipv6_peer_gets_none() => Assert.Empty(Set(IPAddress.Parse("2001:db8::1"), 1313, 9));
}
