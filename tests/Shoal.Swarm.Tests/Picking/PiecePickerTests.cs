using Shoal.Protocol;
using Shoal.Swarm.Picking;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Picking;

public sealed class PiecePickerTests
{
    [Fact]
    public void A_piece_is_taken_to_its_end_in_ascending_blocks_before_another_is_begun()
    {
        var fixture = new PickerFixture(10, blocksPerPiece: 4);
        PeerPieces seed = fixture.Seed(1);
        BlockSpan[] first = fixture.Pick(seed, 3);
        BlockSpan[] second = fixture.Pick(seed, 5);
        BlockSpan[] all = [.. first, .. second];
        Assert.Equal(8, all.Length);
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(all[i / 4 * 4].Piece, all[i].Piece);
            Assert.Equal(i % 4 * PieceGeometry.BlockLength, all[i].Begin);
        }
        Assert.NotEqual(all[0].Piece, all[4].Piece);
        Assert.Equal(8, seed.Outstanding);
    }

    [Fact]
    public void The_rarest_piece_wins_when_no_piece_is_begun()
    {
        var fixture = new PickerFixture(20);
        fixture.Have(0, 1, 2, 3);
        PeerPieces peer = fixture.Peer(1, [.. Enumerable.Range(0, 20)]);
        for (int slot = 2; slot < 5; slot++) fixture.Peer(slot, [.. Enumerable.Range(0, 20).Where(p => p != 11)]);
        Assert.Equal(11, fixture.Pick(peer, 1)[0].Piece.Value);
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void Rarity_follows_have_donthave_and_leave()
    {
        var fixture = new PickerFixture(8, blocksPerPiece: 1);
        fixture.Have(0, 1, 2, 3);
        PeerPieces peer = fixture.Peer(1, 4, 5, 6);
        PeerPieces other = fixture.Peer(2, 4, 5);
        PeerPieces third = fixture.Peer(3, 6);
        fixture.Picker.PeerHas(third, fixture.Piece(5));
        fixture.Picker.PeerLost(other, fixture.Piece(4));
        Assert.Equal(4, fixture.Pick(peer, 1)[0].Piece.Value);
        fixture.Picker.Leave(third);
        Assert.Equal(6, fixture.Pick(peer, 1)[0].Piece.Value);
        Assert.Equal(2, fixture.Picker.Availability(fixture.Piece(5)));
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void Equally_rare_pieces_are_chosen_evenly()
    {
        const int Rounds = 6000;
        var chosen = new int[16];
        for (ulong round = 0; round < Rounds; round++)
        {
            var fixture = new PickerFixture(20, seed: round);
            fixture.Have(0, 1, 2, 3);
            PeerPieces peer = fixture.Seed(1);
            chosen[fixture.Pick(peer, 1)[0].Piece.Value - 4]++;
        }
        double expected = Rounds / 16.0;
        double chiSquare = chosen.Sum(n => (n - expected) * (n - expected) / expected);
        Assert.True(chiSquare < 37.7, $"Chi-square {chiSquare} with 15 degrees of freedom is over the 0.1 % point.");
    }

    [Fact]
    public void The_first_pieces_are_random_and_not_the_rarest()
    {
        int rarestFirst = 0;
        for (ulong seed = 0; seed < 100; seed++)
        {
            var fixture = new PickerFixture(50, seed: seed);
            PeerPieces peer = fixture.Seed(1);
            fixture.Peer(2, [.. Enumerable.Range(0, 49)]);
            if (fixture.Pick(peer, 1)[0].Piece.Value == 49) rarestFirst++;
        }
        Assert.InRange(rarestFirst, 0, 10);
    }

    [Fact]
    public void Before_four_pieces_are_complete_peers_work_on_the_same_piece_and_afterwards_apart()
    {
        var fixture = new PickerFixture(50, blocksPerPiece: 8);
        PeerPieces one = fixture.Seed(1);
        PeerPieces two = fixture.Seed(2);
        PieceIndex early = fixture.Pick(one, 2)[0].Piece;
        Assert.Equal(early, fixture.Pick(two, 2)[0].Piece);
        fixture.Have([.. Enumerable.Range(0, 50).Where(p => p != early.Value).Take(4)]);
        PeerPieces three = fixture.Seed(3);
        Assert.NotEqual(early, fixture.Pick(three, 2)[0].Piece);
    }

    [Fact]
    public void A_piece_that_a_peer_left_behind_is_finished_before_a_new_one()
    {
        var fixture = new PickerFixture(50, blocksPerPiece: 4);
        fixture.Have(0, 1, 2, 3);
        PeerPieces gone = fixture.Seed(1);
        BlockSpan[] asked = fixture.Pick(gone, 2);
        fixture.Deliver(gone, asked[0]);
        fixture.Picker.Leave(gone);
        PeerPieces next = fixture.Seed(2);
        BlockSpan[] picked = fixture.Pick(next, 4);
        Assert.Equal(asked[1], picked[0]);
        Assert.Equal(3, picked.Count(b => b.Piece == asked[0].Piece));
        Assert.Equal(gone, fixture.Picker.Contributor(asked[0].Piece, 0));
    }

    [Fact]
    public void A_fast_peer_takes_runs_of_neighbouring_pieces_in_their_own_extent()
    {
        var fixture = new PickerFixture(64, blocksPerPiece: 2);
        fixture.Have(60, 61, 62, 63);
        PeerPieces fast = fixture.Seed(1);
        BlockSpan[] picked = fixture.Pick(new PickContext(fast) { PreferredRun = 8 }, 16);
        Assert.Equal(0, picked[0].Piece.Value % 8);
        for (int i = 1; i < 16; i++) Assert.Equal(picked[0].Piece.Value + i / 2, picked[i].Piece.Value);
    }

    [Fact]
    public void High_pieces_come_before_normal_and_low_ones()
    {
        var fixture = new PickerFixture(30, blocksPerPiece: 1);
        fixture.Have(0, 1, 2, 3);
        for (int i = 4; i < 30; i++)
            fixture.Picker.SetPriority(fixture.Piece(i), i % 3 == 0 ? PiecePriority.High : PiecePriority.Low);
        fixture.Picker.SetPriority(fixture.Piece(7), PiecePriority.Normal);
        int[] order = [.. fixture.Pick(fixture.Seed(1), 26).Select(b => b.Piece.Value)];
        Assert.Equal(26, order.Length);
        Assert.All(order[..8], piece => Assert.Equal(0, piece % 3));
        Assert.Equal(7, order[8]);
    }

    [Fact]
    public void Sequential_order_is_kept_by_several_peers_together()
    {
        var fixture = new PickerFixture(12, blocksPerPiece: 2);
        PeerPieces one = fixture.Seed(1);
        PeerPieces two = fixture.Seed(2);
        var picked = new List<BlockSpan>();
        for (int i = 0; i < 12; i++)
        {
            picked.AddRange(fixture.Pick(new PickContext(one) { Sequential = true }, 1));
            picked.AddRange(fixture.Pick(new PickContext(two) { Sequential = true }, 1));
        }
        int[] expected = [.. Enumerable.Range(0, 24).Select(i => i / 2)];
        Assert.Equal(expected, picked.Select(b => b.Piece.Value));
    }

    [Fact]
    public void Suggested_pieces_come_first()
    {
        var fixture = new PickerFixture(30);
        PeerPieces seed = fixture.Seed(1);
        PieceIndex[] suggested = [fixture.Piece(17), fixture.Piece(5)];
        BlockSpan[] picked = fixture.Pick(new PickContext(seed) { Suggested = suggested }, 8);
        Assert.Equal([17, 17, 17, 17, 5, 5, 5, 5], picked.Select(b => b.Piece.Value));
    }

    [Fact]
    public void While_choked_only_allowed_fast_pieces_are_asked_for()
    {
        var fixture = new PickerFixture(30, blocksPerPiece: 2);
        PeerPieces peer = fixture.Peer(1, 3, 4, 5);
        PieceIndex[] allowed = [fixture.Piece(4), fixture.Piece(9)];
        BlockSpan[] picked = fixture.Pick(new PickContext(peer) { OnlyAllowedFast = true, AllowedFast = allowed }, 10);
        Assert.Equal([4, 4], picked.Select(b => b.Piece.Value));
        Assert.Empty(fixture.Pick(new PickContext(peer) { OnlyAllowedFast = true }, 10));
    }

    [Fact]
    public void A_peer_on_parole_gets_pieces_of_its_own_and_keeps_them_to_itself()
    {
        var fixture = new PickerFixture(6, blocksPerPiece: 4);
        fixture.Have(0, 1, 2, 3);
        PeerPieces honest = fixture.Seed(1);
        PeerPieces suspect = fixture.Seed(2);
        PieceIndex taken = fixture.Pick(honest, 1)[0].Piece;
        BlockSpan[] own = fixture.Pick(new PickContext(suspect) { Parole = true }, 2);
        Assert.All(own, block => Assert.NotEqual(taken, block.Piece));
        // Only the suspect's piece has open blocks now, and nobody joins it.
        Assert.Equal(3, fixture.Pick(honest, 3).Length);
        Assert.Empty(fixture.Pick(honest, 3));
        Assert.Equal(2, fixture.Pick(new PickContext(suspect) { Parole = true }, 8).Length);
        fixture.DeliverAll(suspect, own);
        Assert.Equal(suspect, fixture.Picker.SoleContributor(own[0].Piece));
    }

    // As when it comes back: what it sent on an earlier connection counts as another's.
    [Fact]
    public void A_peer_on_parole_begins_anew_what_others_began_when_there_is_nothing_else()
    {
        var fixture = new PickerFixture(6, blocksPerPiece: 4);
        fixture.Have(0, 1, 2, 3);
        PeerPieces before = fixture.Seed(1);
        BlockSpan[] early = fixture.Pick(before, 6);
        foreach (BlockSpan block in early.Where(block => block.Begin < 2 * PieceGeometry.BlockLength))
            fixture.Deliver(before, block);
        fixture.Picker.Leave(before);
        PeerPieces suspect = fixture.Seed(2);
        BlockSpan[] anew = fixture.Pick(new PickContext(suspect) { Parole = true }, 8);
        // One piece only: what it is worth is known when that is whole.
        Assert.Equal(4, anew.Length);
        Assert.Single(anew.Select(block => block.Piece).Distinct());
        Assert.True(fixture.Picker.TryTakeGivenUp(out PieceIndex gone, out long bytes));
        Assert.Equal(anew[0].Piece, gone);
        Assert.Equal(2 * PieceGeometry.BlockLength, bytes);
        Assert.False(fixture.Picker.TryTakeGivenUp(out _, out _));
        foreach (BlockSpan block in anew) fixture.Deliver(suspect, block);
        Assert.Equal(suspect, fixture.Picker.SoleContributor(gone));
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void In_the_end_game_a_block_is_asked_of_two_peers_at_most_and_the_loser_is_to_be_cancelled()
    {
        var fixture = new PickerFixture(1, blocksPerPiece: 4);
        PeerPieces slow = fixture.Seed(1);
        PeerPieces fast = fixture.Seed(2);
        PeerPieces third = fixture.Seed(3);
        Assert.False(fixture.Picker.InEndGame);
        BlockSpan[] asked = fixture.Pick(slow, 10);
        Assert.Equal(4, asked.Length);
        Assert.True(fixture.Picker.InEndGame);
        BlockSpan[] again = fixture.Pick(fast, 10);
        Assert.Equal(PiecePicker.EndGameDepth, again.Length);
        Assert.Empty(fixture.Pick(third, 10));
        Assert.Equal(BlockArrival.Accepted, fixture.Picker.OnBlock(fast, again[0], out PeerPieces? loser));
        Assert.Equal(slow, loser);
        Assert.Equal(3, slow.Outstanding);
        Assert.Equal(BlockArrival.Duplicate, fixture.Deliver(slow, again[0]));
        Assert.Equal(slow.Outstanding, fast.Outstanding);
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void The_end_game_does_not_wait_for_pieces_that_nobody_has()
    {
        var fixture = new PickerFixture(2, blocksPerPiece: 2);
        PeerPieces one = fixture.Peer(1, 0);
        PeerPieces two = fixture.Peer(2, 0);
        Assert.Equal(2, fixture.Pick(one, 10).Length);
        Assert.Equal(2, fixture.Pick(two, 10).Length);
        fixture.Seed(3);
        Assert.False(fixture.Picker.InEndGame);
    }

    [Fact]
    public void A_released_block_is_asked_of_another_peer_and_its_late_arrival_is_not_welcome()
    {
        var fixture = new PickerFixture(1);
        PeerPieces one = fixture.Seed(1);
        BlockSpan block = fixture.Pick(one, 1)[0];
        Assert.True(fixture.Picker.Release(one, block));
        Assert.False(fixture.Picker.Release(one, block));
        Assert.Equal(PieceState.Missing, fixture.Picker.State(block.Piece));
        Assert.Equal(BlockArrival.Unrequested, fixture.Deliver(one, block));
        Assert.Equal(block, fixture.Pick(fixture.Seed(2), 1)[0]);
    }

    [Fact]
    public void An_expired_block_is_asked_of_another_peer_and_whoever_comes_first_is_accepted()
    {
        var fixture = new PickerFixture(1, blocksPerPiece: 1);
        PeerPieces late = fixture.Seed(1);
        PeerPieces other = fixture.Seed(2);
        BlockSpan block = fixture.Pick(late, 1)[0];
        Assert.True(fixture.Picker.Expire(late, block));
        Assert.Equal(0, late.Outstanding);
        Assert.Empty(fixture.Pick(late, 1));
        Assert.Equal(block, fixture.Pick(other, 1)[0]);
        Assert.Equal(BlockArrival.AcceptedPieceFull, fixture.Picker.OnBlock(late, block, out PeerPieces? cancel));
        Assert.Equal(other, cancel);
        Assert.Equal(0, other.Outstanding);
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void A_late_peer_that_rejects_after_all_can_be_asked_again()
    {
        var fixture = new PickerFixture(1, blocksPerPiece: 1);
        PeerPieces peer = fixture.Seed(1);
        BlockSpan block = fixture.Pick(peer, 1)[0];
        fixture.Picker.ExpireAll(peer);
        Assert.Empty(fixture.Pick(peer, 1));
        Assert.True(fixture.Picker.Release(peer, block));
        Assert.Equal(block, fixture.Pick(peer, 1)[0]);
    }

    [Fact]
    public void A_block_that_a_peer_is_late_with_is_skipped_for_it_and_found_by_others()
    {
        var fixture = new PickerFixture(1, blocksPerPiece: 3);
        PeerPieces late = fixture.Seed(1);
        BlockSpan first = fixture.Pick(late, 1)[0];
        fixture.Picker.Expire(late, first);
        BlockSpan second = Assert.Single(fixture.Pick(late, 1));
        Assert.Equal(PieceGeometry.BlockLength, second.Begin);
        PickerAudit.Check(fixture);
        Assert.Equal(first, fixture.Pick(fixture.Seed(2), 1)[0]);
    }

    [Fact]
    public void A_bad_piece_has_to_come_again_as_a_whole_and_a_bad_block_alone()
    {
        var fixture = new PickerFixture(1, blocksPerPiece: 4);
        PeerPieces seed = fixture.Seed(1);
        foreach (BlockSpan block in fixture.Pick(seed, 4)) fixture.Deliver(seed, block);
        Assert.Equal(PieceState.Checking, fixture.Picker.State(fixture.Piece(0)));
        fixture.Picker.BlocksBad(fixture.Piece(0), [2]);
        BlockSpan again = Assert.Single(fixture.Pick(seed, 4));
        Assert.Equal(2 * PieceGeometry.BlockLength, again.Begin);
        fixture.Deliver(seed, again);
        fixture.Picker.PieceBad(fixture.Piece(0));
        Assert.Equal(PieceState.Missing, fixture.Picker.State(fixture.Piece(0)));
        Assert.Equal(4, fixture.Pick(seed, 8).Length);
        Assert.Throws<InvalidOperationException>(() => fixture.Picker.PieceGood(fixture.Piece(0)));
    }

    [Fact]
    public void A_deselected_piece_is_not_asked_for_but_what_is_on_its_way_is_taken()
    {
        var fixture = new PickerFixture(1, blocksPerPiece: 4);
        PeerPieces seed = fixture.Seed(1);
        BlockSpan[] asked = fixture.Pick(seed, 2);
        fixture.Picker.SetPriority(fixture.Piece(0), PiecePriority.Unwanted);
        Assert.False(seed.IsInteresting);
        Assert.Equal(0, fixture.Picker.BytesLeft);
        Assert.Empty(fixture.Pick(seed, 4));
        Assert.Equal(BlockArrival.Accepted, fixture.Deliver(seed, asked[0]));
        fixture.Picker.ReleaseAll(seed);
        fixture.Picker.SetPriority(fixture.Piece(0), PiecePriority.Normal);
        Assert.Equal(3, fixture.Pick(seed, 4).Length);
    }

    [Fact]
    public void Pieces_of_nothing_but_padding_are_only_checked()
    {
        var geometry = new PieceGeometry(PieceGeometry.BlockLength, 3 * PieceGeometry.BlockLength, null,
            new Dictionary<int, int> { [1] = 0 });
        var fixture = new PickerFixture(0, geometry: geometry);
        PeerPieces peer = fixture.Peer(1, 1);
        Assert.False(peer.IsInteresting);
        Assert.Equal(2L * PieceGeometry.BlockLength, fixture.Picker.BytesLeft);
        Assert.True(fixture.Picker.TryTakeEmptyPiece(out PieceIndex empty));
        Assert.Equal(1, empty.Value);
        Assert.False(fixture.Picker.TryTakeEmptyPiece(out _));
        fixture.Picker.PieceGood(empty);
        Assert.Equal(2, fixture.Picker.PiecesLeft);
    }

    [Fact]
    public void A_peer_that_completes_counts_as_a_seed_and_one_that_flips_back_and_forth_is_counted_right()
    {
        var fixture = new PickerFixture(100);
        PeerPieces peer = fixture.Peer(1, [.. Enumerable.Range(0, 99)]);
        fixture.Picker.PeerHas(peer, fixture.Piece(99));
        Assert.Equal(1, fixture.Picker.SeedCount);
        fixture.Picker.PeerLost(peer, fixture.Piece(5));
        fixture.Picker.PeerHas(peer, fixture.Piece(5));
        Assert.Equal(0, fixture.Picker.SeedCount);
        Assert.True(peer.IsSeed);
        Assert.Equal(1, fixture.Picker.Availability(fixture.Piece(5)));
        Assert.Equal(100, peer.NeededCount);
        fixture.Picker.Leave(peer);
        Assert.Equal(0, fixture.Picker.Availability(fixture.Piece(7)));
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void Peers_do_not_begin_more_pieces_than_the_limit_while_begun_ones_can_be_shared()
    {
        var fixture = new PickerFixture(1000, blocksPerPiece: 1024);
        fixture.Have(0, 1, 2, 3);
        for (int slot = 0; slot < 40; slot++) fixture.Pick(fixture.Seed(slot), 8);
        Assert.Equal(4, fixture.Picker.PartialCount);
    }

    [Fact]
    public void A_peer_without_the_rare_pieces_still_gets_the_rarest_it_has()
    {
        var fixture = new PickerFixture(3000, blocksPerPiece: 1);
        fixture.Have(0, 1, 2, 3);
        fixture.Peer(1, [.. Enumerable.Range(0, 2000)]);
        fixture.Peer(2, [.. Enumerable.Range(2000, 999)]);
        fixture.Peer(3, [.. Enumerable.Range(2000, 999)]);
        PeerPieces peer = fixture.Peer(4, [2999, .. Enumerable.Range(2000, 500)]);
        Assert.Equal(2999, fixture.Pick(peer, 1)[0].Piece.Value);
        Assert.InRange(fixture.Pick(peer, 1)[0].Piece.Value, 2000, 2499);
    }

    [Fact]
    public void Every_tiny_swarm_downloads_every_block_exactly_once()
    {
        // All ways in which two peers can hold three pieces that one of them has, for one to three blocks a piece.
        for (int blocks = 1; blocks <= 3; blocks++)
        for (int first = 0; first < 8; first++)
        for (int second = 0; second < 8; second++)
        for (int batch = 1; batch <= 4; batch++)
        {
            var fixture = new PickerFixture(3, blocks, (ulong)(first * 8 + second));
            PeerPieces one = fixture.Peer(1, [.. Enumerable.Range(0, 3).Where(p => (first >> p & 1) == 1)]);
            PeerPieces two = fixture.Peer(2, [.. Enumerable.Range(0, 3).Where(p => (second >> p & 1) == 1)]);
            int delivered = 0;
            for (bool any = true; any;)
            {
                any = false;
                foreach (PeerPieces peer in new[] { one, two })
                {
                    BlockSpan[] picked = fixture.Pick(peer, batch);
                    delivered += picked.Length;
                    any |= picked.Length > 0;
                    fixture.DeliverAll(peer, picked);
                    PickerAudit.Check(fixture);
                }
            }
            int reachable = int.PopCount(first | second);
            Assert.Equal(reachable * blocks, delivered);
            Assert.Equal(3 - reachable, fixture.Picker.PiecesLeft);
        }
    }

    [Fact]
    public void Nothing_is_allocated_per_block_in_steady_state()
    {
        var fixture = new PickerFixture(4000, blocksPerPiece: 4);
        fixture.Have(0, 1, 2, 3);
        PeerPieces seed = fixture.Seed(1);
        var into = new BlockSpan[16];
        Run(200);
        Assert.Equal(0, Allocations.Least(() => Run(100), tries: 7));

        void Run(int rounds)
        {
            for (int round = 0; round < rounds; round++)
            {
                int count = fixture.Picker.Pick(new PickContext(seed), into);
                for (int i = 0; i < count; i++)
                    if (fixture.Picker.OnBlock(seed, into[i], out _) == BlockArrival.AcceptedPieceFull)
                        fixture.Picker.PieceGood(into[i].Piece);
            }
        }
    }
}
