using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Whom to serve, what, and what to say to the rest.</summary>
public sealed class UploadTests
{
    private static BrainFixture Seeder(int slots = 4) =>
        new(have: BrainFixture.AllOf(6), options: o => o with { UploadSlots = slots });

    private static BlockSpan Block(BrainFixture swarm, int piece, int block = 0) =>
        swarm.Geometry.Block(swarm.Geometry.Piece(piece), block);

    // A piece that is not in the allowed fast set of a peer.
    private static BlockSpan NotAllowed(BrainFixture swarm, FakePeer peer) =>
        Block(swarm, Enumerable.Range(0, 6).First(p => !peer.Session.AllowedByUs.Contains(swarm.Geometry.Piece(p))));

    private static FakePeer ChokedPeer(BrainFixture swarm, bool fast = true)
    {
        FakePeer peer = swarm.Accept(fast: fast);
        peer.Session.AllowedByUs.Clear();
        peer.Hear();
        return peer;
    }

    [Fact]
    public void A_peer_that_becomes_interested_is_unchoked_at_once_while_a_slot_is_free()
    {
        BrainFixture swarm = Seeder(slots: 1);
        FakePeer first = swarm.Accept().Interested();
        Assert.Contains(PeerMessageId.Unchoke, first.HearKinds());
        FakePeer second = swarm.Accept().Interested();
        Assert.DoesNotContain(PeerMessageId.Unchoke, second.HearKinds());
        first.Vanish();
        swarm.Wait(10.25);
        Assert.Contains(PeerMessageId.Unchoke, second.HearKinds());
    }

    [Fact]
    public void A_slot_that_gets_free_goes_to_whoever_waited_longest_before_the_next_round()
    {
        BrainFixture swarm = Seeder(slots: 1);
        FakePeer first = swarm.Accept().Interested();
        FakePeer second = swarm.Accept().Interested();
        swarm.Wait(0.5);
        FakePeer third = swarm.Accept().Interested();
        first.Vanish();
        swarm.Wait(0.5);
        Assert.True(second.Session.UnchokedByUs);
        Assert.False(third.Session.UnchokedByUs);
    }

    [Fact]
    public void A_low_limit_is_shared_by_few()
    {
        var swarm = new BrainFixture(
            have: BrainFixture.AllOf(6), options: o => o with { UploadSlots = 0, UploadBytesPerSecond = 10_000 });
        var peers = new List<FakePeer>();
        for (int i = 0; i < 10; i++) peers.Add(swarm.Accept().Interested());
        swarm.Wait(11);
        Assert.Equal(4, peers.Count(peer => peer.Session.UnchokedByUs));
    }

    // libtorrent 2 asks for the last block of a file so, as if padding followed.
    [Theory]
    [InlineData(TorrentVersion.V2, 0, 0x4000, true)]
    [InlineData(TorrentVersion.V2, 0, 0x4001, false)]
    [InlineData(TorrentVersion.V2, 0x4000, 0x4000, false)]
    [InlineData(TorrentVersion.V1, 0, 0x4000, false)]
    public void In_a_v2_torrent_the_last_block_of_a_file_may_be_asked_for_in_full(
        TorrentVersion version, int begin, int length, bool isServed)
    {
        TestTorrent torrent = TestTorrents.Create(version, BrainFixture.PieceLength, ("a/1", 65536), ("a/2", 100));
        var swarm = new BrainFixture(version, have: [0, 1], torrent: torrent);
        FakePeer peer = swarm.Accept(hash: torrent.Info.Hashes.V2?.Truncated).Interested();
        peer.Request(new BlockSpan(swarm.Geometry.Piece(1), begin, length));
        Assert.Equal(isServed, peer.Session.HasUploads);
    }

    [Fact]
    public void Requests_are_queued_in_order_and_handed_out()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept().Interested();
        peer.Request(Block(swarm, 0)).Request(Block(swarm, 3, 1));
        Assert.True(peer.Session.HasUploads);
        var taken = new BlockSpan[4];
        Assert.Equal(2, peer.Session.TakeUploads(taken));
        Assert.Equal([Block(swarm, 0), Block(swarm, 3, 1)], taken[..2]);
        swarm.Brain.Uploaded(peer.Session, taken[0].Length + taken[1].Length, swarm.Now);
        Assert.Equal(2 * PieceGeometry.BlockLength, swarm.Brain.UploadedBytes);
    }

    [Fact]
    public void A_request_while_choked_is_rejected_under_fast_and_ignored_without()
    {
        BrainFixture swarm = Seeder();
        FakePeer fast = ChokedPeer(swarm).Request(Block(swarm, 0));
        Heard reject = Assert.Single(fast.Hear());
        Assert.Equal((PeerMessageId.RejectRequest, Block(swarm, 0)), (reject.Id!.Value, reject.Block(swarm.Geometry)));
        FakePeer plain = ChokedPeer(swarm, fast: false).Request(Block(swarm, 0));
        Assert.Empty(plain.Hear());
        Assert.False(fast.Session.HasUploads || plain.Session.HasUploads);
    }

    [Fact]
    public void Allowed_fast_pieces_are_served_while_choked()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept();
        PieceIndex allowed = peer.Session.AllowedByUs[0];
        peer.Request(swarm.Geometry.Block(allowed, 0));
        Assert.True(peer.Session.HasUploads);
    }

    [Fact]
    public void A_choke_rejects_what_is_queued_under_fast_and_drops_it_without()
    {
        BrainFixture swarm = Seeder(slots: 1);
        foreach (bool fast in new[] { true, false })
        {
            FakePeer peer = swarm.Accept(fast: fast).Interested();
            peer.Request(Block(swarm, 0)).Request(Block(swarm, 1));
            peer.Hear();
            peer.Say(PeerMessages.WriteNotInterested);
            swarm.Wait(10.25);
            List<PeerMessageId?> heard = peer.HearKinds();
            Assert.Equal(PeerMessageId.Choke, heard[0]);
            Assert.Equal(fast ? 2 : 0, heard.Count(id => id == PeerMessageId.RejectRequest));
            Assert.False(peer.Session.HasUploads);
            peer.Vanish();
        }
    }

    // P10
    [Theory]
    [InlineData(6, 0, 16384)]
    [InlineData(uint.MaxValue, 0, 16384)]
    [InlineData(5, 16384, 16384)]
    [InlineData(0, 65536, 16384)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 0, 131073)]
    [InlineData(0, 0, 0x80000000)]
    [InlineData(0, uint.MaxValue, 16384)]
    [InlineData(0, uint.MaxValue, uint.MaxValue)]
    public void A_request_for_what_does_not_exist_is_rejected_and_never_queued(uint piece, uint begin, uint length)
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept().Interested();
        peer.Hear();
        peer.SayNumbers(PeerMessageId.Request, piece, begin, length);
        Heard reject = Assert.Single(peer.Hear());
        Assert.Equal(PeerMessageId.RejectRequest, reject.Id);
        Assert.Equal((piece, begin, length), (reject.Number(0), reject.Number(4), reject.Number(8)));
        Assert.False(peer.Session.HasUploads);
        FakePeer plain = swarm.Accept(fast: false).Interested();
        plain.Hear();
        plain.SayNumbers(PeerMessageId.Request, piece, begin, length);
        Assert.Empty(plain.Hear());
        Assert.False(plain.Session.HasUploads);
    }

    [Fact]
    public void A_piece_that_is_not_here_is_rejected()
    {
        var swarm = new BrainFixture(have: [0]);
        FakePeer peer = swarm.Accept().Interested();
        peer.Hear();
        peer.Request(Block(swarm, 1));
        Assert.Equal([PeerMessageId.RejectRequest], peer.HearKinds());
    }

    // P11
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_thousand_requests_while_choked_end_the_connection(bool fast)
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = ChokedPeer(swarm, fast);
        for (int i = 0; i < 10_000 && peer.IsOpen; i++)
        {
            peer.Request(Block(swarm, 0));
            peer.Hear();
        }
        Assert.Equal(DisconnectReason.RequestFlood, peer.Reason);
    }

    // P11: the peer does not read the rejects.
    [Fact]
    public void Rejects_that_nobody_reads_pile_up_to_a_limit_only()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = ChokedPeer(swarm);
        for (int i = 0; i < 10_000 && peer.IsOpen; i++) peer.Request(Block(swarm, 0));
        Assert.Equal(DisconnectReason.RequestFlood, peer.Reason);
        Assert.InRange(peer.Session.Outbox.Length, 1, 128 * 1024);
    }

    // P11
    [Fact]
    public void More_requests_than_were_offered_to_be_queued_are_rejected_and_a_flood_ends_the_connection()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept().Interested();
        peer.Hear();
        for (int i = 0; i < 2000; i++) peer.Request(Block(swarm, 0));
        Assert.Empty(peer.Hear());
        peer.Request(Block(swarm, 0));
        Assert.Equal([PeerMessageId.RejectRequest], peer.HearKinds());
        Assert.Equal(2000, peer.Session.Uploads.Count);
        for (int i = 0; i < 2000; i++)
        {
            Assert.True(peer.IsOpen);
            peer.Request(Block(swarm, 0));
            peer.Hear();
        }
        Assert.Equal(DisconnectReason.RequestFlood, peer.Reason);
        Assert.False(peer.Session.HasUploads);
    }

    // A peer whose requests cross our choke each time does nothing wrong, however long it stays.
    [Fact]
    public void Requests_that_cross_a_choke_now_and_then_are_not_a_flood()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept();
        BlockSpan block = NotAllowed(swarm, peer);
        for (int i = 0; i < 100; i++)
        {
            peer.Interested();
            peer.Say(PeerMessages.WriteNotInterested);
            swarm.Wait(10.25);
            for (int crossing = 0; crossing < 60; crossing++) peer.Request(block);
            peer.Hear();
        }
        Assert.True(peer.IsOpen);
    }

    // P17
    [Fact]
    public void A_cancel_takes_the_request_out_and_a_needless_one_does_nothing()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept().Interested();
        peer.Request(Block(swarm, 0)).Request(Block(swarm, 1));
        peer.Hear();
        peer.Say(buffer => PeerMessages.WriteCancel(buffer, Block(swarm, 0)));
        Heard reject = Assert.Single(peer.Hear());
        Assert.Equal(Block(swarm, 0), reject.Block(swarm.Geometry));
        peer.Say(buffer => PeerMessages.WriteCancel(buffer, Block(swarm, 2)));
        peer.SayNumbers(PeerMessageId.Cancel, uint.MaxValue, uint.MaxValue, uint.MaxValue);
        Assert.Empty(peer.Hear());
        var taken = new BlockSpan[4];
        Assert.Equal(1, peer.Session.TakeUploads(taken));
        Assert.Equal(Block(swarm, 1), taken[0]);
        // It is sent by now.
        peer.Say(buffer => PeerMessages.WriteCancel(buffer, Block(swarm, 1)));
        Assert.Empty(peer.Hear());
        Assert.True(peer.IsOpen);
    }

    [Fact]
    public void A_block_that_the_disk_could_not_read_is_rejected()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept().Interested();
        peer.Request(Block(swarm, 0));
        var taken = new BlockSpan[1];
        peer.Session.TakeUploads(taken);
        peer.Hear();
        swarm.Brain.UploadFailed(peer.Session, taken);
        Assert.Equal([PeerMessageId.RejectRequest], peer.HearKinds());
    }

    [Fact]
    public void Finished_pieces_are_told_to_those_who_lack_them()
    {
        var swarm = new BrainFixture();
        FakePeer seed = swarm.Accept().HaveAll();
        FakePeer leech = swarm.Accept().HaveNone();
        seed.Hear();
        leech.Hear();
        seed.Unchoke();
        seed.SendAsked(4);
        swarm.RunDisk();
        PieceIndex piece = swarm.Port.Completed[0];
        Heard have = Assert.Single(leech.Hear(), heard => heard.Id == PeerMessageId.Have);
        Assert.Equal((uint)piece.Value, have.Number(0));
        Assert.DoesNotContain(PeerMessageId.Have, seed.HearKinds());
    }

    [Fact]
    public void The_slots_go_to_those_who_give_most_and_one_to_chance()
    {
        var swarm = new BrainFixture(length: 200 * BrainFixture.PieceLength, have: [0],
            options: o => o with { UploadSlots = 2 });
        FakePeer[] peers = [.. Enumerable.Range(0, 5).Select(_ => swarm.Accept().HaveAll().Unchoke().Interested())];
        FakePeer best = peers[4];
        for (int round = 0; round < 20; round++)
        {
            best.SendAsked(8);
            swarm.RunDisk();
            swarm.Wait(1);
        }
        Assert.True(best.Session.UnchokedByUs);
        Assert.Equal(2, peers.Count(peer => peer.Session.UnchokedByUs));
    }

    [Fact]
    public void Who_gave_and_has_no_more_to_give_is_served_until_it_has_got_as_much()
    {
        var swarm = new BrainFixture(have: [0], options: o => o with { UploadSlots = 2 });
        FakePeer gave = swarm.Accept().Has(1).Interested().Unchoke();
        gave.SendAsked();
        swarm.RunDisk();
        FakePeer gives = swarm.Accept().Has(2, 3, 4).Interested().Unchoke();
        for (int i = 0; i < 5; i++) swarm.Accept().HaveNone().Interested();
        for (int round = 0; round < 5; round++)
        {
            gives.SendAsked(1);
            swarm.Wait(10.25);
            Assert.True(gave.Session.UnchokedByUs);
        }
        swarm.Brain.Uploaded(gave.Session, BrainFixture.PieceLength, swarm.Now);
        for (int round = 0; round < 5; round++)
        {
            gives.SendAsked(1);
            swarm.Wait(10.25);
            Assert.True(gives.Session.UnchokedByUs);
        }
    }
}
