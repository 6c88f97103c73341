using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Right pieces, wrong pieces, and who is to blame.</summary>
public sealed class VerdictTests
{
    private static readonly int[] AllButTheFirst = [1, 2, 3, 4, 5];

    [Fact]
    public void Who_sent_a_bad_piece_alone_is_banned_and_the_piece_comes_again()
    {
        var swarm = new BrainFixture(have: AllButTheFirst);
        IPEndPoint address = swarm.NewAddress();
        FakePeer liar = swarm.Accept(address).Has(0).Unchoke();
        liar.SendAsked(spoil: block => block.Begin == 0);
        swarm.RunDisk();
        Assert.Equal(DisconnectReason.BadData, liar.Reason);
        Assert.Equal([swarm.Geometry.Piece(0)], swarm.Port.Failed);
        Assert.Equal(BrainFixture.PieceLength, swarm.Brain.WastedBytes);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new IPEndPoint(address.Address, 1234)));
        Assert.Equal(DisconnectReason.Banned, reason);
        FakePeer honest = swarm.Accept().Has(0).Unchoke();
        honest.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.True(honest.IsOpen);
        swarm.AssertAtRest();
    }

    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    public void Nobody_is_blamed_for_a_piece_with_blocks_of_before(TorrentVersion version)
    {
        var swarm = new BrainFixture(version, have: AllButTheFirst, unfinished: [(0, 1)]);
        swarm.Port.Disk!.Bytes[PieceGeometry.BlockLength] ^= 1;
        FakePeer peer = swarm.Accept().Has(0).Unchoke();
        Assert.Equal(3, peer.SendAsked(3));
        swarm.RunDisk();
        Assert.Equal([swarm.Geometry.Piece(0)], swarm.Port.Failed);
        Assert.Equal(swarm.Brain.DownloadedBytes, swarm.Brain.WastedBytes);
        Assert.True(peer.IsOpen);
        // All of it comes again, and now it is known who sends it.
        Assert.Equal(4, peer.SendAsked(spoil: block => block.Begin == 0));
        swarm.RunDisk();
        Assert.Equal(DisconnectReason.BadData, peer.Reason);
        swarm.Accept().Has(0).Unchoke().SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    // P14
    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.Hybrid)]
    [InlineData(TorrentVersion.V2)]
    public void Of_three_senders_only_the_one_that_lied_is_banned(TorrentVersion version)
    {
        (BrainFixture swarm, FakePeer[] peers) = Spoilt(version, peerOfBadBlock: 1);
        Assert.All(peers, peer => Assert.True(peer.IsOpen));
        Assert.Equal(4, peers[2].SendAsked());
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.Equal(DisconnectReason.BadData, peers[1].Reason);
        Assert.True(peers[0].IsOpen && peers[2].IsOpen);
        swarm.AssertAtRest();
    }

    // P14
    [Fact]
    public void Proven_leaves_convict_before_the_piece_is_here_again()
    {
        (BrainFixture swarm, FakePeer[] peers) = Spoilt(TorrentVersion.V2, peerOfBadBlock: 2);
        (FakePeer asked, HashRequest request) = AskedForHashes(peers);
        byte[] answer = new byte[request.PayloadLength];
        byte[] leaves = swarm.Torrent.Leaves(swarm.Geometry.Piece(0));
        Assert.True(swarm.Port.Disk!.Forest!.TryServeLeaves(request, leaves, answer, out int written));
        asked.Say(buffer => PeerMessages.WriteHashes(buffer, request, answer.AsSpan(0, written)));
        Assert.Equal(DisconnectReason.BadData, peers[2].Reason);
        Assert.True(peers[0].IsOpen && peers[1].IsOpen);
        Assert.False(swarm.Brain.IsComplete);
    }

    // P23
    [Fact]
    public void False_leaves_convict_nobody_but_who_tells_them_twice()
    {
        (BrainFixture swarm, FakePeer[] peers) = Spoilt(TorrentVersion.V2, peerOfBadBlock: 2);
        (FakePeer asked, HashRequest request) = AskedForHashes(peers);
        byte[] answer = new byte[request.PayloadLength];
        byte[] leaves = swarm.Torrent.Leaves(swarm.Geometry.Piece(0));
        Assert.True(swarm.Port.Disk!.Forest!.TryServeLeaves(request, leaves, answer, out int written));
        answer[3] ^= 1;
        asked.Say(buffer => PeerMessages.WriteHashes(buffer, request, answer.AsSpan(0, written)));
        Assert.All(peers, peer => Assert.True(peer.IsOpen));
    }

    [Fact]
    public void A_suspect_gets_only_pieces_of_its_own()
    {
        (_, FakePeer[] peers) = Spoilt(TorrentVersion.V1, peerOfBadBlock: 0);
        Assert.Single(peers, peer => peer.Asked.Count > 0);
        Assert.Equal(4, peers.Single(peer => peer.Asked.Count > 0).Asked.Count);
    }

    [Fact]
    public void A_liar_that_left_is_banned_all_the_same()
    {
        (BrainFixture swarm, FakePeer[] peers) = Spoilt(TorrentVersion.V1, peerOfBadBlock: 1);
        IPAddress address = peers[1].Session.Remote.Address;
        peers[1].Vanish();
        Assert.Equal(4, peers[2].SendAsked());
        swarm.RunDisk();
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new IPEndPoint(address, 999)));
        Assert.Equal(DisconnectReason.Banned, reason);
    }

    [Fact]
    public void All_connections_from_a_banned_address_end()
    {
        var swarm = new BrainFixture(have: AllButTheFirst);
        IPEndPoint address = swarm.NewAddress();
        FakePeer liar = swarm.Accept(address, BrainFixture.Id("-XX0001-aaaaaaaaaaaa")).Has(0).Unchoke();
        FakePeer other = swarm.Accept(new IPEndPoint(address.Address, 7000), BrainFixture.Id("-XX0001-bbbbbbbbbbbb"));
        liar.SendAsked(spoil: _ => true);
        swarm.RunDisk();
        Assert.Equal(DisconnectReason.BadData, liar.Reason);
        Assert.Equal(DisconnectReason.Banned, other.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void On_this_machine_a_ban_is_for_the_peer_id_and_not_for_the_address(bool leaves)
    {
        PeerId liars = BrainFixture.Id("-XX0001-liarliarliar");
        var swarm = new BrainFixture(have: AllButTheFirst);
        FakePeer liar = swarm.Accept(new IPEndPoint(IPAddress.Loopback, 5001), liars).Has(0).Unchoke();
        FakePeer honest = swarm.Accept(new IPEndPoint(IPAddress.Loopback, 5002)).HaveNone();
        liar.SendAsked(spoil: _ => true);
        if (leaves) liar.Vanish();
        swarm.RunDisk();
        Assert.True(honest.IsOpen);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new IPEndPoint(IPAddress.Loopback, 5003), liars));
        Assert.Equal(DisconnectReason.Banned, reason);
        swarm.Accept(new IPEndPoint(IPAddress.Loopback, 5004));
        PeerSession dialled = swarm.Dial(new IPEndPoint(IPAddress.Loopback, 5005));
        swarm.Greet(dialled, swarm.Greeting(liars));
        Assert.Equal(DisconnectReason.Banned, swarm.Port.ReasonFor(dialled));
    }

    [Fact]
    public void A_verdict_that_nobody_waits_for_is_ignored()
    {
        var swarm = new BrainFixture(have: [0]);
        swarm.Brain.PieceChecked(swarm.Geometry.Piece(0), PieceResult.Bad, swarm.Now);
        swarm.Brain.PieceChecked(swarm.Geometry.Piece(1), PieceResult.Good, swarm.Now);
        Assert.True(swarm.Brain.Have[0]);
        Assert.False(swarm.Brain.Have[1]);
        Assert.Empty(swarm.Port.Completed);
    }

    [Fact]
    public void A_piece_found_without_its_hash_is_checked_again_when_the_hash_came_meanwhile()
    {
        var swarm = new BrainFixture(TorrentVersion.V2, magnet: true);
        swarm.SetContent(withLayers: false);
        FakePeer peer = swarm.Accept(hash: swarm.Torrent.Info.Hashes.V2!.Value.Truncated).Has(0).Unchoke();
        swarm.Wait(seconds: 1);
        (FakePeer asked, HashRequest request) = AskedForHashes([peer]);
        peer.SendAsked();
        Assert.True(swarm.Port.Disk!.TryTakeWhole(out PieceIndex piece));
        PieceResult verdict = swarm.Port.Disk.Check(piece);
        Assert.Equal(PieceResult.HashUnknown, verdict);
        var forest = new HashForest(swarm.Torrent.Info, swarm.Torrent.Metainfo.PieceLayers);
        byte[] answer = new byte[request.PayloadLength];
        Assert.True(forest.TryServe(request, answer, out int written));
        asked.Say(buffer => PeerMessages.WriteHashes(buffer, request, answer.AsSpan(0, written)));

        swarm.Brain.PieceChecked(piece, verdict, swarm.Now);

        swarm.RunDisk();
        Assert.Equal([piece], swarm.Port.Completed);
    }

    /// <summary>The first piece comes from three peers, and one of them spoils a block of it.</summary>
    private static (BrainFixture Swarm, FakePeer[] Peers) Spoilt(TorrentVersion version, int peerOfBadBlock)
    {
        var swarm = new BrainFixture(version, have: AllButTheFirst);
        InfoHash hash = swarm.Torrent.Info.Hashes.V2?.Truncated ?? swarm.Torrent.Info.Hashes.Wire;
        FakePeer[] peers = [.. Enumerable.Range(0, 3).Select(_ => swarm.Accept(hash: hash).Has(0))];
        // Credit for one block at a time shares the piece among them.
        foreach (FakePeer peer in peers)
        {
            swarm.Port.CreditLimit = peer == peers[0] ? 1 : swarm.Port.CreditLimit + 1;
            peer.Unchoke();
            Assert.Single(peer.Asked);
        }
        swarm.Port.CreditLimit++;
        swarm.Brain.CreditReturned(swarm.Now);
        for (int i = 0; i < 3; i++) peers[i].SendAsked(spoil: _ => i == peerOfBadBlock);
        Assert.Equal(4, swarm.Port.Stored.Count);
        swarm.Port.CreditLimit = int.MaxValue;
        swarm.RunDisk();
        Assert.Single(swarm.Port.Failed);
        return (swarm, peers);
    }

    private static (FakePeer Peer, HashRequest Request) AskedForHashes(FakePeer[] peers)
    {
        foreach (FakePeer peer in peers)
        {
            foreach (Heard heard in peer.Hear())
            {
                if (heard.Id != PeerMessageId.HashRequest) continue;
                byte[] message = [0, 0, 0, 49, 21, .. heard.Payload];
                PeerFrame.TryRead(message, 1000, out PeerFrame frame, out _);
                Assert.True(frame.TryReadHashRequest(out HashRequest request));
                return (peer, request);
            }
        }
        throw new Xunit.Sdk.XunitException("Nobody was asked for hashes.");
    }
}
