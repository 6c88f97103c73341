using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Metadata;

namespace Shoal.Swarm.Tests.Metadata;

public sealed class MetadataServerTests
{
    private static readonly byte[] Info =
        [.. Enumerable.Range(0, MetadataMessage.PartLength + 10).Select(i => (byte)i)];

    [Fact]
    public void Nothing_is_served_before_the_metadata_is_known()
    {
        var server = new MetadataServer();
        Assert.Equal(0, server.Length);
        Assert.False(server.TryAnswer(1, 0, default, out _));
    }

    [Fact]
    public void Each_part_has_its_bytes_and_there_are_no_others()
    {
        MetadataServer server = Make();
        Assert.Equal(Info.Length, server.Length);
        Assert.True(server.TryAnswer(1, 0, default, out ReadOnlyMemory<byte> first));
        Assert.True(server.TryAnswer(1, 1, default, out ReadOnlyMemory<byte> second));
        Assert.Equal(Info, first.ToArray().Concat(second.ToArray()));
        foreach (long part in new[] { -1, 2, int.MaxValue, long.MaxValue, long.MinValue })
            Assert.False(server.TryAnswer(2, part, default, out _));
    }

    [Fact]
    public void A_peer_gets_everything_twice_and_then_a_part_a_second()
    {
        MetadataServer server = Make();
        int served = 0;
        for (int i = 0; i < 100; i++) served += server.TryAnswer(1, 0, default, out _) ? 1 : 0;
        Assert.Equal(4, served);
        Assert.True(server.TryAnswer(2, 0, default, out _));
        for (int ms = 0; ms < 10_000; ms += 100)
            served += server.TryAnswer(1, 0, TimeSpan.FromMilliseconds(ms), out _) ? 1 : 0;
        Assert.InRange(served, 13, 14);
        server.OnLeft(1);
        Assert.True(server.TryAnswer(1, 0, TimeSpan.FromSeconds(10), out _));
    }

    private static MetadataServer Make()
    {
        var server = new MetadataServer();
        server.Serve(Info);
        return server;
    }
}
