using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>A seed that gives each piece away once before it repeats one (BEP 16).</summary>
public sealed class SuperSeedingTests
{
    private const int Pieces = 6;

    private static BrainFixture Seeder(int slots = 2) => new(
        have: BrainFixture.AllOf(Pieces), options: o => o with { UploadSlots = slots, SuperSeed = true });

    private static List<int> Offers(FakePeer peer) =>
        [.. peer.Hear().Where(heard => heard.Id == PeerMessageId.Have).Select(heard => (int)heard.Number(0))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_here_is_not_said_at_once(bool fast)
    {
        FakePeer peer = Seeder().Accept(fast: fast);
        List<PeerMessageId?> heard = peer.HearKinds();
        Assert.DoesNotContain(PeerMessageId.Bitfield, heard);
        Assert.DoesNotContain(PeerMessageId.HaveAll, heard);
        Assert.DoesNotContain(PeerMessageId.AllowedFast, heard);
        Assert.Equal(fast, heard.Contains(PeerMessageId.HaveNone));
    }

    [Fact]
    public void Peers_with_a_slot_are_offered_different_pieces()
    {
        BrainFixture swarm = Seeder();
        FakePeer one = swarm.Accept().HaveNone().Interested();
        FakePeer other = swarm.Accept().HaveNone().Interested();
        swarm.Wait(0.5);
        List<int> all = [.. Offers(one), .. Offers(other)];
        Assert.Equal(4, all.Count);
        Assert.Equal(4, all.Distinct().Count());
    }

    [Fact]
    public void A_peer_without_a_slot_is_offered_one_piece_so_that_it_asks_for_a_slot()
    {
        BrainFixture swarm = Seeder(slots: 1);
        swarm.Accept().HaveNone().Interested();
        FakePeer waiting = swarm.Accept().HaveNone();
        swarm.Wait(0.5);
        Assert.Single(Offers(waiting));
    }

    [Fact]
    public void A_piece_that_arrived_brings_the_next_offer_and_is_offered_to_nobody_else()
    {
        BrainFixture swarm = Seeder(slots: 1);
        FakePeer peer = swarm.Accept().HaveNone().Interested();
        swarm.Wait(0.5);
        HashSet<int> offered = [.. Offers(peer)];
        while (offered.Count < Pieces)
        {
            peer.Have(offered.First(piece => !peer.Session.Pieces!.Set[piece]));
            int next = Assert.Single(Offers(peer));
            Assert.True(offered.Add(next));
        }
        FakePeer newcomer = swarm.Accept().HaveNone();
        swarm.Wait(0.5);
        List<int> rest = Offers(newcomer);
        Assert.All(rest, piece => Assert.False(peer.Session.Pieces!.Set[piece]));
    }

    [Fact]
    public void Who_keeps_what_it_got_is_given_no_more_and_who_passes_it_on_is()
    {
        BrainFixture swarm = Seeder();
        FakePeer one = swarm.Accept().HaveNone().Interested();
        FakePeer other = swarm.Accept().HaveNone().Interested();
        swarm.Wait(0.25);
        List<int> given = Offers(one);
        Offers(other);
        foreach (int piece in given) one.Have(piece);
        Assert.Empty(Offers(one));
        other.Have(given[0]);
        Assert.NotEmpty(Offers(one));
    }

    [Fact]
    public void What_was_not_offered_to_a_peer_is_not_served_to_it()
    {
        BrainFixture swarm = Seeder();
        FakePeer peer = swarm.Accept().HaveNone().Interested();
        swarm.Accept().HaveNone().Interested();
        swarm.Wait(0.25);
        HashSet<int> offered = [.. Offers(peer)];
        for (int piece = 0; piece < Pieces; piece++)
        {
            BlockSpan block = swarm.Geometry.Block(swarm.Geometry.Piece(piece), 0);
            peer.Request(block);
            Assert.Equal(offered.Contains(piece) ? 1 : 0, peer.Session.TakeUploads(new BlockSpan[4]));
            Assert.Equal(!offered.Contains(piece), peer.HearKinds().Contains(PeerMessageId.RejectRequest));
        }
        Assert.NotEmpty(offered);
        Assert.True(offered.Count < Pieces);
    }

    [Fact]
    public void While_nobody_is_given_anything_for_half_a_second_the_seed_becomes_less_strict()
    {
        BrainFixture swarm = Seeder();
        FakePeer one = swarm.Accept().HaveNone().Interested();
        swarm.Accept().HaveNone().Interested();
        swarm.Wait(0.25);
        foreach (int piece in Offers(one)) one.Have(piece);
        swarm.Wait(1);
        Assert.NotEmpty(Offers(one));
    }

    // It may say so after the offer, as when it comes back with what it had.
    [Fact]
    public void A_peer_that_turns_out_to_have_what_it_was_offered_is_offered_something_else()
    {
        for (int lacked = 0; lacked < Pieces; lacked++)
        {
            BrainFixture swarm = Seeder();
            FakePeer peer = swarm.Accept();
            swarm.Wait(0.5);
            int first = Assert.Single(Offers(peer));
            peer.Has([.. Enumerable.Range(0, Pieces).Where(piece => piece != lacked)]);
            swarm.Wait(0.5);
            if (first == lacked) Assert.Empty(Offers(peer));
            else Assert.Equal([lacked], Offers(peer));
        }
    }

    [Fact]
    public void What_a_peer_that_left_did_not_get_is_offered_again()
    {
        BrainFixture swarm = Seeder(slots: 1);
        FakePeer first = swarm.Accept().HaveNone().Interested();
        swarm.Wait(0.5);
        List<int> lost = Offers(first);
        first.Vanish();
        FakePeer second = swarm.Accept().HaveNone().Interested();
        var offered = new HashSet<int>();
        for (int i = 0; i < Pieces && second.IsOpen; i++)
        {
            swarm.Wait(0.5);
            foreach (int piece in Offers(second)) offered.Add(piece);
            int next = offered.FirstOrDefault(piece => !second.Session.Pieces!.Set[piece], -1);
            if (next >= 0 && second.Session.PieceCount < Pieces - 1) second.Have(next);
        }
        Assert.Superset(lost.ToHashSet(), offered);
    }

    [Fact]
    public void When_every_piece_is_out_and_the_peers_make_little_of_it_all_is_told()
    {
        BrainFixture swarm = Seeder(slots: 1);
        FakePeer one = swarm.Accept().Has(0, 1, 2);
        FakePeer other = swarm.Accept().Has(3, 4, 5);
        swarm.Wait(30);
        Assert.False(swarm.Brain.IsSuperSeeding);
        // What they say to have as well, since it is served from now on: nothing is sent that was not offered.
        Assert.Equal([0, 1, 2, 3, 4, 5], Offers(one).Order());
        Assert.Equal([0, 1, 2, 3, 4, 5], Offers(other).Order());
        Assert.Contains(PeerMessageId.HaveAll, swarm.Accept().HearKinds());
    }

    [Fact]
    public void While_the_peers_spread_pieces_faster_than_we_could_nothing_more_is_told()
    {
        BrainFixture swarm = Seeder(slots: 1);
        FakePeer one = swarm.Accept().Has(0, 1, 2);
        FakePeer other = swarm.Accept().Has(3, 4, 5);
        one.Hear();
        swarm.Brain.Uploaded(one.Session, 1000, swarm.Now);
        for (int piece = 0; piece < 5; piece++)
        {
            swarm.Wait(10);
            (piece < 3 ? other : one).Have(piece);
        }
        Assert.True(swarm.Brain.IsSuperSeeding);
        Assert.Empty(Offers(one));
        Assert.Empty(Offers(other));
    }

    [Fact]
    public void Who_offered_a_piece_hears_of_its_arrival()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveNone().Have(2).Unchoke();
        peer.SendAsked();
        peer.Hear();
        swarm.RunDisk();
        Assert.Equal([2], Offers(peer));
    }

    [Fact]
    public void One_that_has_not_got_everything_super_seeds_nothing()
    {
        var swarm = new BrainFixture(have: [0, 1], options: o => o with { SuperSeed = true });
        Assert.False(swarm.Brain.IsSuperSeeding);
        Assert.Contains(PeerMessageId.Bitfield, swarm.Accept().HearKinds());
    }
}
