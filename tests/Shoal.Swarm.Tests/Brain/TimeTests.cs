using System.Net;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>What time alone makes happen.</summary>
public sealed class TimeTests
{
    [Fact]
    public void A_keep_alive_goes_out_before_two_minutes_of_silence_are_over()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll();
        peer.Hear();
        for (int second = 0; second < 119; second++)
        {
            swarm.Wait(1);
            peer.Say(PeerMessages.WriteKeepAlive);
        }
        Assert.Contains(null, peer.HearKinds());
        Assert.True(peer.IsOpen);
    }

    [Fact]
    public void A_peer_of_which_nothing_is_heard_is_left()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll();
        swarm.Wait(149);
        Assert.True(peer.IsOpen);
        swarm.Wait(2);
        Assert.Equal(DisconnectReason.Silent, peer.Reason);
    }

    [Fact]
    public void Two_that_have_no_use_for_each_other_part_after_ten_minutes()
    {
        var swarm = new BrainFixture();
        FakePeer useless = swarm.Accept().HaveNone();
        FakePeer useful = swarm.Accept().HaveAll();
        for (int minute = 0; minute < 11; minute++)
        {
            swarm.Wait(60);
            if (useless.IsOpen) useless.Say(PeerMessages.WriteKeepAlive);
            useful.Say(PeerMessages.WriteKeepAlive);
        }
        Assert.Equal(DisconnectReason.Useless, useless.Reason);
        Assert.True(useful.IsOpen);
    }

    [Fact]
    public void Discovery_is_asked_for_more_while_peers_are_few_and_not_all_the_time()
    {
        var swarm = new BrainFixture();
        swarm.Wait(61);
        Assert.InRange(swarm.Port.WantPeersCalls, 2, 3);
        var seed = new BrainFixture(have: BrainFixture.AllOf(6));
        seed.Wait(61);
        Assert.Equal(0, seed.Port.WantPeersCalls);
    }

    [Fact]
    public void A_failed_dial_is_tried_again_later()
    {
        var swarm = new BrainFixture();
        IPEndPoint there = swarm.NewAddress();
        swarm.Brain.PeersFound([there], Shoal.Swarm.Peers.PeerSources.Tracker, swarm.Now);
        swarm.Brain.DialFailed(there, swarm.Now);
        Assert.Single(swarm.Port.Dials);
        swarm.Wait(11);
        Assert.Equal(2, swarm.Port.Dials.Count);
    }

    [Fact]
    public void A_brain_without_peers_and_addresses_needs_no_ticks()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6));
        Assert.True(swarm.Brain.IsIdle);
        FakePeer peer = swarm.Accept();
        Assert.False(swarm.Brain.IsIdle);
        peer.Vanish();
        Assert.True(swarm.Brain.IsIdle);
    }
}
