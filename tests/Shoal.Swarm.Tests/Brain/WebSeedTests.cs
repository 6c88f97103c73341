using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Web servers, which are peers but for their name and their hashes.</summary>
public sealed class WebSeedTests
{
    private static readonly PeerId Id = BrainFixture.Id("-WS0019-aaaaaaaaaaaa");

    [Fact]
    public void A_web_seed_gives_everything_and_is_left_when_all_is_here()
    {
        var swarm = new BrainFixture();
        FakePeer seed = Join(swarm, swarm.NewAddress(), Id).HaveAll().Unchoke();
        Assert.Equal("web seed", seed.Session.Client);
        Assert.True(seed.Session is { IsWebSeed: true, IsIncoming: false, IsSeed: true });
        seed.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.Equal(DisconnectReason.BothSeeds, seed.Reason);
        swarm.AssertAtRest();
    }

    [Fact]
    public void Wrong_data_bans_the_name_and_neither_the_server_nor_peers_on_its_address()
    {
        var swarm = new BrainFixture();
        IPEndPoint address = swarm.NewAddress();
        FakePeer seed = Join(swarm, address, Id).HaveAll().Unchoke();
        FakePeer other = Join(swarm, address, BrainFixture.Id("-WS0019-bbbbbbbbbbbb"));
        FakePeer peer = swarm.Accept(new IPEndPoint(address.Address, 1234));
        seed.SendAsked(spoil: _ => true);
        swarm.RunDisk();
        Assert.Equal(DisconnectReason.BadData, seed.Reason);
        Assert.True(other.IsOpen && peer.IsOpen);
        Assert.Null(swarm.Brain.JoinWebSeed(swarm.NewAddress(), Id, swarm.Now, out DisconnectReason reason));
        Assert.Equal(DisconnectReason.Banned, reason);
    }

    [Fact]
    public void A_peer_that_is_banned_takes_no_web_seed_on_its_address_along()
    {
        var swarm = new BrainFixture();
        IPEndPoint address = swarm.NewAddress();
        FakePeer liar = swarm.Accept(address).HaveAll().Unchoke();
        FakePeer seed = Join(swarm, address, Id);
        liar.SendAsked(spoil: _ => true);
        swarm.RunDisk();
        Assert.Equal(DisconnectReason.BadData, liar.Reason);
        Assert.True(seed.IsOpen);
    }

    [Fact]
    public void A_web_seed_is_not_asked_for_hashes()
    {
        var swarm = new BrainFixture(TorrentVersion.V2, magnet: true);
        swarm.SetContent(withLayers: false);
        FakePeer seed = Join(swarm, swarm.NewAddress(), Id).HaveAll();
        swarm.Wait(1);
        Assert.DoesNotContain(PeerMessageId.HashRequest, seed.HearKinds());
    }

    [Fact]
    public void Who_needs_nothing_needs_no_web_seed()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6));
        Assert.Null(swarm.Brain.JoinWebSeed(swarm.NewAddress(), Id, swarm.Now, out DisconnectReason reason));
        Assert.Equal(DisconnectReason.BothSeeds, reason);
    }

    private static FakePeer Join(BrainFixture swarm, IPEndPoint address, PeerId id)
    {
        PeerSession? session = swarm.Brain.JoinWebSeed(address, id, swarm.Now, out _);
        Assert.NotNull(session);
        return new FakePeer(swarm, session);
    }
}
