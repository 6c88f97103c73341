using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Downloads under a limit of our own, which is nobody's fault but ours.</summary>
public sealed class LimitedDownloadTests
{
    [Fact]
    public void A_peer_whose_bytes_wait_for_our_limit_is_not_snubbed()
    {
        var swarm = new BrainFixture();
        FakePeer held = swarm.Accept().HaveAll().Unchoke();
        FakePeer slow = swarm.Accept().HaveAll().Unchoke();
        int asked = held.Asked.Count;
        Assert.True(asked > 0 && slow.Asked.Count > 0);
        swarm.Port.HeldBack.Add(held.Session);
        swarm.Wait(60);
        Assert.False(held.Session.IsSnubbed);
        Assert.Equal(asked, held.Session.Pending.Count);
        Assert.True(slow.Session.IsSnubbed);
    }

    [Fact]
    public void The_clock_goes_on_where_it_stood_when_the_limit_lets_go()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        swarm.Wait(15);
        swarm.Port.HeldBack.Add(peer.Session);
        swarm.Wait(60);
        swarm.Port.HeldBack.Clear();
        swarm.Wait(4);
        Assert.False(peer.Session.IsSnubbed);
        swarm.Wait(2);
        Assert.True(peer.Session.IsSnubbed);
    }

    [Fact]
    public void A_message_that_our_limit_stretches_over_minutes_is_no_silence()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        swarm.Port.HeldBack.Add(peer.Session);
        swarm.Wait(600);
        Assert.True(peer.IsOpen);
        swarm.Port.HeldBack.Clear();
        swarm.Wait(151);
        Assert.Equal(DisconnectReason.Silent, peer.Reason);
    }

    [Fact]
    public void Under_a_limit_all_peers_together_are_asked_for_ten_seconds_of_it()
    {
        // 64 KiB/s for ten seconds are 40 blocks.
        var swarm = new BrainFixture(
            length: 100 * BrainFixture.PieceLength,
            options: o => o with { DownloadBytesPerSecond = 64 * 1024 });
        FakePeer first = swarm.Accept().HaveAll().Unchoke();
        Assert.Equal(32, first.Asked.Count);
        FakePeer second = swarm.Accept().HaveAll().Unchoke();
        Assert.Equal(8, second.Asked.Count);
        FakePeer third = swarm.Accept().HaveAll().Unchoke();
        Assert.Single(third.Asked);
        first.SendAsked(most: 20);
        Assert.Equal(40, swarm.Brain.OutstandingBlocks);
    }

    [Fact]
    public void Under_the_lowest_limit_every_peer_is_asked_for_one_block()
    {
        var swarm = new BrainFixture(
            length: 100 * BrainFixture.PieceLength, options: o => o with { DownloadBytesPerSecond = 1 });
        FakePeer[] peers = [swarm.Accept(), swarm.Accept(), swarm.Accept()];
        foreach (FakePeer peer in peers) Assert.Single(peer.HaveAll().Unchoke().Asked);
        peers[0].SendAsked(most: 3);
        foreach (FakePeer peer in peers) Assert.Single(peer.Asked);
    }
}
