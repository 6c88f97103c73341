using System.Net;
using Shoal.Engine.Lines;
using Shoal.Protocol.Catalogues;

namespace Shoal.Catalogue.Tests;

public sealed class ChunkOrderTests
{
    private readonly ChunkPeer _all = Peer(1, (0, 4));
    private readonly ChunkPeer _most = Peer(2, (0, 3));
    private readonly ChunkPeer _some = Peer(3, (0, 2));

    [Fact]
    public void The_rarest_chunks_come_first()
    {
        ChunkOrder order = Order(_all, _most, _some);
        Assert.Equal(3, Take(order, _all));
        Assert.Equal(2, Take(order, _all));
        Assert.Equal([0, 1], new[] { Take(order, _all), Take(order, _all) }.Order());
    }

    [Fact]
    public void A_chunk_that_did_not_come_goes_to_another_peer_and_not_to_the_same_again()
    {
        ChunkOrder order = Order(_all, _most);
        for (int i = 0; i < 4; i++) order.Return(Take(order, _all), _all);
        Assert.False(order.TryTake(_all, out _));
        int[] taken = [Take(order, _most), Take(order, _most), Take(order, _most)];
        Assert.Equal([0, 1, 2], taken.Order());
        Assert.False(order.TryTake(_most, out _));
        order.Forgive();
        Assert.Equal(3, Take(order, _all));
    }

    [Fact]
    public void At_the_end_a_second_peer_is_asked_for_what_the_first_holds_up_and_a_third_is_not()
    {
        ChunkOrder order = Order(_all, _most, _some);
        for (int i = 0; i < 4; i++) Take(order, _all);
        Assert.False(order.TryTake(_all, out _));
        Assert.Equal([0, 1, 2], new[] { Take(order, _most), Take(order, _most), Take(order, _most) }.Order());
        Assert.False(order.TryTake(_most, out _));
        Assert.False(order.TryTake(_some, out _));
    }

    [Fact]
    public void What_two_bring_counts_once_and_what_one_brings_is_not_wanted_from_the_other()
    {
        ChunkOrder order = Order(_all, _most);
        for (int i = 0; i < 4; i++) Take(order, _all);
        int twice = Take(order, _most);
        int once = Take(order, _most);
        Assert.True(order.Arrived(twice, _most));
        Assert.False(order.Arrived(twice, _all));
        Assert.Equal(3, order.Left);
        Assert.True(order.Arrived(once, _all));
        order.Return(once, _most);
        Assert.Equal(2, order.Left);
        Assert.NotEqual(once, Take(order, _most));
    }

    [Fact]
    public void A_chunk_that_both_failed_to_bring_is_to_be_had_again_only_when_they_are_forgiven()
    {
        ChunkOrder order = new([3], [_all, Peer(4, (3, 4))], new Random(1));
        ChunkPeer other = Peer(4, (3, 4));
        Assert.Equal((3, 3), (Take(order, _all), Take(order, other)));
        order.Return(3, _all);
        Assert.False(order.TryTake(_all, out _));
        order.Return(3, other);
        Assert.False(order.TryTake(other, out _));
        order.Forgive();
        Assert.Equal(3, Take(order, other));
    }

    private static ChunkPeer Peer(int port, (int, int) chunks) =>
        new(new IPEndPoint(IPAddress.Loopback, port), ChunkSet.Of([chunks])!);

    private static ChunkOrder Order(params ChunkPeer[] peers) => new([0, 1, 2, 3], peers, new Random(1));

    private static int Take(ChunkOrder order, ChunkPeer peer)
    {
        Assert.True(order.TryTake(peer, out int chunk));
        return chunk;
    }
}
