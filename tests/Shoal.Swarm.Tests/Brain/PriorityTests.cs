using System.Net;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Peers;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Canonical peer priority (BEP 40): whom to dial first, and whom to keep when all places are taken.</summary>
public sealed class PriorityTests
{
    private static readonly IPAddress Own = IPAddress.Parse("198.51.100.7");

    private readonly BrainFixture _swarm = new(
        length: 400 * BrainFixture.PieceLength, options: o => o with { MaxPeers = 3 });

    [Fact]
    public void Known_addresses_are_ranked_when_our_own_becomes_known()
    {
        // All places are taken, so that nobody is dialled before the ranks are known.
        FakePeer[] peers = [_swarm.Accept(), _swarm.Accept(), _swarm.Accept()];
        IPEndPoint[] known = [.. Enumerable.Range(1, 40).Select(Address)];
        _swarm.Brain.PeersFound(known, PeerSources.Tracker, _swarm.Now);
        Assert.Empty(_swarm.Port.Dials);
        _swarm.Brain.OwnAddressIs(Own, _swarm.Now);
        foreach (FakePeer peer in peers) peer.Vanish();
        _swarm.Wait(1);
        Assert.Equal(known.OrderByDescending(Priority).Take(3), _swarm.Port.Dials);
    }

    [Fact]
    public void Addresses_that_come_later_are_ranked_too()
    {
        _swarm.Brain.OwnAddressIs(Own, _swarm.Now);
        IPEndPoint[] known = [.. Enumerable.Range(1, 40).Select(Address)];
        _swarm.Brain.PeersFound(known, PeerSources.Tracker, _swarm.Now);
        Assert.Equal(known.OrderByDescending(Priority).Take(3), _swarm.Port.Dials);
    }

    [Fact]
    public void Who_calls_takes_the_place_of_the_least_when_its_own_rank_is_higher()
    {
        _swarm.Brain.OwnAddressIs(Own, _swarm.Now);
        IPEndPoint[] ranked = RankedAddresses(6);
        FakePeer[] peers = [Call(ranked[2]), Call(ranked[1]), Call(ranked[4])];
        _swarm.Wait(30);
        Assert.Equal(DisconnectReason.TooManyConnections, Refusal(ranked[0]));
        FakePeer higher = Call(ranked[5]);
        Assert.Equal(DisconnectReason.TooManyConnections, peers[1].Reason);
        Assert.True(peers[0].IsOpen && peers[2].IsOpen && higher.IsOpen);
        // The one that is next to go, and by whom.
        FakePeer middle = Call(ranked[3]);
        Assert.Equal(DisconnectReason.TooManyConnections, peers[0].Reason);
        Assert.True(middle.IsOpen);
        Assert.Equal(DisconnectReason.TooManyConnections, Refusal(ranked[2]));
    }

    [Fact]
    public void Who_came_a_moment_ago_keeps_its_place()
    {
        _swarm.Brain.OwnAddressIs(Own, _swarm.Now);
        IPEndPoint[] ranked = RankedAddresses(4);
        FakePeer[] peers = [Call(ranked[0]), Call(ranked[1]), Call(ranked[2])];
        _swarm.Wait(10);
        Assert.Equal(DisconnectReason.TooManyConnections, Refusal(ranked[3]));
        Assert.All(peers, peer => Assert.True(peer.IsOpen));
    }

    [Fact]
    public void With_whom_blocks_move_keeps_its_place_whatever_its_rank()
    {
        _swarm.Brain.OwnAddressIs(Own, _swarm.Now);
        IPEndPoint[] ranked = RankedAddresses(4);
        FakePeer useful = Call(ranked[0]).HaveAll().Unchoke();
        FakePeer[] idle = [Call(ranked[1]), Call(ranked[2])];
        for (int i = 0; i < 3; i++)
        {
            _swarm.Wait(10);
            Assert.Equal(1, useful.SendAsked(most: 1));
        }
        FakePeer caller = Call(ranked[3]);
        Assert.True(useful.IsOpen && idle[1].IsOpen && caller.IsOpen);
        Assert.Equal(DisconnectReason.TooManyConnections, idle[0].Reason);
    }

    [Fact]
    public void Whom_the_user_named_keeps_its_place_whatever_its_rank()
    {
        _swarm.Brain.OwnAddressIs(Own, _swarm.Now);
        IPEndPoint[] ranked = RankedAddresses(4);
        _swarm.Brain.PeersFound([ranked[0]], PeerSources.User, _swarm.Now);
        FakePeer named = _swarm.DialAndGreetKnown(ranked[0]);
        Call(ranked[1]);
        Call(ranked[2]);
        _swarm.Wait(30);
        Call(ranked[3]);
        Assert.True(named.IsOpen);
    }

    [Fact]
    public void While_our_own_address_is_unknown_all_places_are_kept()
    {
        IPEndPoint[] ranked = RankedAddresses(6);
        FakePeer[] peers = [Call(ranked[0]), Call(ranked[1]), Call(ranked[2])];
        _swarm.Wait(30);
        Assert.All(ranked[3..], address =>
            Assert.Equal(DisconnectReason.TooManyConnections, Refusal(address)));
        // What those in the local network see says nothing about what those on the internet see.
        _swarm.Brain.OwnAddressIs(IPAddress.Parse("192.168.1.2"), _swarm.Now);
        Assert.Equal(DisconnectReason.TooManyConnections, Refusal(ranked[5]));
        Assert.All(peers, peer => Assert.True(peer.IsOpen));
    }

    [Fact]
    public void What_a_peer_says_of_our_address_is_passed_on()
    {
        FakePeer peer = _swarm.Accept().Extends(new ExtensionHandshake { YourAddress = Own });
        Assert.Equal([(peer.Session, Own)], _swarm.Port.ToldAddresses);
        peer.Extends(new ExtensionHandshake { Client = "x" });
        Assert.Single(_swarm.Port.ToldAddresses);
    }

    private FakePeer Call(IPEndPoint from)
    {
        FakePeer? peer = _swarm.TryAccept(out DisconnectReason reason, from);
        Assert.Equal(DisconnectReason.None, reason);
        return peer!;
    }

    private DisconnectReason Refusal(IPEndPoint from)
    {
        _swarm.TryAccept(out DisconnectReason reason, from);
        return reason;
    }

    private static IPEndPoint[] RankedAddresses(int count) =>
        [.. Enumerable.Range(1, count).Select(Address).OrderBy(Priority)];

    // Each in a network of its own: within one, bits are masked, and ranks are equal.
    private static IPEndPoint Address(int number) => new(new IPAddress([203, (byte)number, 113, 1]), 50_000 + number);

    private static uint Priority(IPEndPoint peer) => CanonicalPriority.Of(new IPEndPoint(Own, 6881), peer);
}
