using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Choking;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>What is different among known members, and what an observer hears.</summary>
public sealed class FixedSwarmTests
{
    private static readonly PeerId One = BrainFixture.Id("-SH0100-000000001001");
    private static readonly PeerId Two = BrainFixture.Id("-SH0100-000000001002");
    private readonly Watcher _watcher = new();

    [Fact]
    public void Who_is_no_member_is_refused_whoever_dialled()
    {
        BrainFixture swarm = Make();
        Assert.Null(swarm.TryAccept(out DisconnectReason reason));
        Assert.Equal(DisconnectReason.NotAMember, reason);
        Assert.Equal(DisconnectReason.NotAMember, swarm.DialAndGreet().Reason);
        Assert.True(swarm.Accept(id: One).IsOpen);
    }

    [Fact]
    public void A_member_that_does_not_answer_is_dialled_again_on_every_beat()
    {
        BrainFixture swarm = Make();
        IPEndPoint address = swarm.NewAddress();
        swarm.Brain.PeersFound([address], Swarm.Peers.PeerSources.User, swarm.Now);
        for (int dial = 1; dial < 8; dial++)
        {
            Assert.Equal(dial, swarm.Port.Dials.Count);
            swarm.Brain.DialFailed(address, swarm.Now);
            swarm.Wait(1);
        }
    }

    [Fact]
    public void Complete_members_stay_and_hear_of_every_piece()
    {
        BrainFixture swarm = Make(have: [0, 1, 2, 3, 4]);
        FakePeer seed = swarm.Accept(id: One).HaveAll();
        FakePeer other = swarm.Accept(id: Two).HaveNone();
        seed.Unchoke().SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.Contains(PeerMessageId.Have, seed.HearKinds());
        Assert.Contains(PeerMessageId.Have, other.HearKinds());
        swarm.Wait(3);
        Assert.True(seed.IsOpen);
        Assert.Contains("1001 arrived 5", _watcher.Heard);
        Assert.Contains("judged 5 True", _watcher.Heard);
    }

    [Fact]
    public void Nothing_is_promised_to_a_choked_member()
    {
        BrainFixture swarm = Make(have: BrainFixture.AllOf(6));
        FakePeer peer = swarm.Accept(id: One).HaveNone();
        Assert.DoesNotContain(PeerMessageId.AllowedFast, peer.HearKinds());
    }

    [Fact]
    public void The_observer_hears_everything_in_order()
    {
        BrainFixture swarm = Make(have: [0]);
        FakePeer peer = swarm.Accept(id: One).HaveNone();
        peer.Interested().Have(3).Unchoke().Choke();
        swarm.Wait(0.25);
        peer.Say(PeerMessages.WriteNotInterested);
        swarm.Lose(peer.Session);
        Assert.Equal(
            [
                "started with 1", "1001 joined", "1001 interested True", "1001 announced 3", "1001 pieces changed",
                "1001 unchoked True",
                "1001 unchoked False", "preferred 1001 optimistic ", "1001 interested False", "1001 left ClosedByPeer",
            ],
            _watcher.Heard);
    }

    private BrainFixture Make(int[]? have = null) => new(have: have, options: o => o with
    {
        FixedSwarm = new FixedSwarm
        {
            Neighbours = new NeighbourOptions { Preferred = 1 },
            Members = new HashSet<PeerId> { One, Two },
            Observer = _watcher,
        },
    });

    private sealed class Watcher : ISwarmObserver
    {
        public List<string> Heard { get; } = [];

        public void Started(Bitfield have) => Heard.Add($"started with {have.Count}");

        public void Joined(PeerSession peer) => Heard.Add($"{Of(peer)} joined");

        public void Left(PeerSession peer, DisconnectReason reason) => Heard.Add($"{Of(peer)} left {reason}");

        public void ChokeChanged(PeerSession peer) => Heard.Add($"{Of(peer)} unchoked {peer.UnchokedUs}");

        public void InterestTold(PeerSession peer, bool isInterested) =>
            Heard.Add($"{Of(peer)} interested {isInterested}");

        public void PieceAnnounced(PeerSession peer, PieceIndex piece) => Heard.Add($"{Of(peer)} announced {piece}");

        public void PiecesChanged(PeerSession peer) => Heard.Add($"{Of(peer)} pieces changed");

        public void PieceArrived(PeerSession peer, PieceIndex piece) => Heard.Add($"{Of(peer)} arrived {piece}");

        public void PieceJudged(PieceIndex piece, bool isGood) => Heard.Add($"judged {piece} {isGood}");

        public void NeighboursChosen(IReadOnlyList<PeerSession> preferred, IReadOnlyList<PeerSession> optimistic)
        {
            if (preferred.Count + optimistic.Count == 0) return;
            Heard.Add($"preferred {string.Join(' ', preferred.Select(Of))} "
                + $"optimistic {string.Join(' ', optimistic.Select(Of))}");
        }

        private static string Of(PeerSession peer) => peer.Handshake.PeerId.ToString()[^4..];
    }
}
