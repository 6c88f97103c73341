using Shoal.Engine.Peers;
using Shoal.Protocol.Buffers;

namespace Shoal.Engine.Tests.Peers;

public sealed class LinkBuffersTests
{
    [Fact]
    public void Fast_peers_get_large_slabs_while_they_are_few_and_smaller_ones_when_they_are_many()
    {
        var buffers = new LinkBuffers();
        List<Slab> rented = [];
        while (buffers.MediumReceive.Outstanding == 0) rented.Add(buffers.RentToReceive(least: 0, isFast: true));
        Assert.Equal(16 << 20, buffers.LargeReceive.Outstanding * buffers.LargeReceive.SlabLength);
        rented[0].Release();
        rented[0] = buffers.RentToReceive(least: 0, isFast: true);
        Assert.Equal(buffers.LargeReceive.SlabLength, rented[0].Length);
        foreach (Slab slab in rented) slab.Release();
        Assert.Equal(0, buffers.Outstanding);
    }

    [Fact]
    public void Nine_fast_peers_get_smaller_slabs_and_eight_large_ones()
    {
        var buffers = new LinkBuffers();
        buffers.CountFast(9);
        Slab medium = buffers.RentToReceive(least: 0, isFast: true);
        buffers.CountFast(-1);
        Slab large = buffers.RentToReceive(least: 0, isFast: true);
        Assert.Equal(buffers.MediumReceive.SlabLength, medium.Length);
        Assert.Equal(buffers.LargeReceive.SlabLength, large.Length);
        medium.Release();
        large.Release();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32 * 1024)]
    [InlineData(32 * 1024 + 1)]
    [InlineData(128 * 1024)]
    [InlineData(128 * 1024 + 1)]
    [InlineData(PeerLink.MaxFrameBytes)]
    public void A_slow_peer_gets_the_smallest_slab_that_its_message_fits_in(int least)
    {
        var buffers = new LinkBuffers();
        Slab slab = buffers.RentToReceive(least, isFast: false);
        int smallest = new[] { buffers.SmallReceive, buffers.MediumReceive, buffers.LargeReceive }
            .Select(pool => pool.SlabLength).First(length => length >= least);
        Assert.Equal(smallest, slab.Length);
        slab.Release();
    }

    [Fact]
    public void A_long_message_gets_room_however_many_large_slabs_are_in_use()
    {
        var buffers = new LinkBuffers();
        List<Slab> rented = [];
        while (buffers.MediumReceive.Outstanding == 0) rented.Add(buffers.RentToReceive(least: 0, isFast: true));
        rented.Add(buffers.RentToReceive(PeerLink.MaxFrameBytes, isFast: true));
        Assert.InRange(rented[^1].Length, PeerLink.MaxFrameBytes, int.MaxValue);
        foreach (Slab slab in rented) slab.Release();
    }
}
