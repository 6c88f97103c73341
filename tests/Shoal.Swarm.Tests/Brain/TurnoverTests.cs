using System.Net;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Peers;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Room for peers that were not tried, when all places are taken.</summary>
public sealed class TurnoverTests
{
    private readonly BrainFixture _swarm = new(
        length: 400 * BrainFixture.PieceLength, options: o => o with { MaxPeers = 3 });

    [Fact]
    public void The_least_useful_peer_gives_way_to_an_address_that_was_not_tried()
    {
        FakePeer useful = _swarm.Accept().HaveAll().Unchoke();
        FakePeer mean = _swarm.Accept().HaveAll();
        FakePeer idle = _swarm.Accept().HaveNone();
        IPEndPoint first = Know();
        Live(290, useful, mean, idle);
        Assert.True(idle.IsOpen);
        Live(20, useful, mean, idle);
        Assert.Equal(DisconnectReason.Useless, idle.Reason);
        FakePeer fresh = _swarm.DialAndGreetKnown(first).HaveAll().Unchoke();
        Know();
        Live(310, useful, mean, fresh);
        Assert.Equal(DisconnectReason.Useless, mean.Reason);
        Assert.True(useful.IsOpen && fresh.IsOpen);
    }

    [Fact]
    public void Nobody_gives_way_while_there_is_nobody_else()
    {
        FakePeer[] peers = [_swarm.Accept().HaveNone(), _swarm.Accept().HaveNone(), _swarm.Accept().HaveNone()];
        Live(580, peers);
        Assert.All(peers, peer => Assert.True(peer.IsOpen));
    }

    [Fact]
    public void Nobody_gives_way_while_there_is_room()
    {
        FakePeer[] peers = [_swarm.Accept().HaveNone(), _swarm.Accept().HaveNone()];
        Live(580, peers);
        Assert.All(peers, peer => Assert.True(peer.IsOpen));
    }

    [Fact]
    public void Whom_the_user_named_does_not_give_way()
    {
        IPEndPoint named = _swarm.NewAddress();
        _swarm.Brain.PeersFound([named], PeerSources.User, _swarm.Now);
        FakePeer kept = _swarm.DialAndGreetKnown(named).HaveNone();
        FakePeer[] others = [_swarm.Accept().HaveAll().Unchoke(), _swarm.Accept().HaveAll().Unchoke()];
        Know();
        Live(310, [kept, .. others]);
        Assert.True(kept.IsOpen);
    }

    private IPEndPoint Know()
    {
        IPEndPoint address = _swarm.NewAddress();
        _swarm.Brain.PeersFound([address], PeerSources.Tracker, _swarm.Now);
        Assert.DoesNotContain(address, _swarm.Port.Dials);
        return address;
    }

    // Everybody shows life, and those who serve us send a block now and then.
    private void Live(int seconds, params FakePeer[] peers)
    {
        for (int at = 0; at < seconds; at += 10)
        {
            foreach (FakePeer peer in peers)
            {
                if (!peer.IsOpen) continue;
                peer.Say(PeerMessages.WriteKeepAlive);
                if (peer.Session.UnchokedUs) peer.SendAsked(most: 1);
            }
            _swarm.RunDisk();
            _swarm.Wait(10);
        }
    }
}
