using System.Text;
using Shoal.Protocol;
using Shoal.Swarm.Peers;

namespace Shoal.Swarm.Tests.Peers;

public sealed class BlameLedgerTests
{
    private static readonly PieceGeometry Geometry = new(16 * PieceGeometry.BlockLength, 1L << 30);
    private static readonly PieceIndex Piece = Geometry.Piece(3);

    [Fact]
    public void One_bad_block_of_sixteen_by_one_of_three_peers_bans_that_peer_and_clears_the_others()
    {
        var ledger = new BlameLedger<string>();
        var guilty = new List<string>();
        string[] peers = ["a", "b", "c"];
        ledger.PieceGood(["a"]);
        ledger.PieceBad(Piece, peers, guilty);
        for (int block = 0; block < 16; block++)
        {
            Sha256Hash hash = block == 4 ? Hash("bad") : Hash($"good {block}");
            Assert.False(ledger.KeepBadBlock(Piece, block, peers[block % 3], hash));
        }
        Assert.Empty(guilty);
        Assert.All(peers, peer => Assert.True(ledger.IsOnParole(peer)));
        Assert.True(ledger.IsWaitingFor(Piece));

        ledger.PieceGood(["d"]);
        ledger.Compare(Piece, [.. Enumerable.Range(0, 16).Select(block => Hash($"good {block}"))], guilty);
        Assert.Equal(["b"], guilty);
        Assert.Equal(1, ledger.Trust("a"));
        Assert.Equal(0, ledger.Trust("c"));
        Assert.False(ledger.IsOnParole("a") || ledger.IsOnParole("c"));
        Assert.False(ledger.IsWaitingFor(Piece));
    }

    [Fact]
    public void Who_sent_all_of_a_bad_piece_is_guilty_at_once()
    {
        var ledger = new BlameLedger<string>();
        var guilty = new List<string>();
        ledger.PieceBad(Piece, ["a"], guilty);
        Assert.Equal(["a"], guilty);
    }

    [Fact]
    public void Trust_falls_by_two_rises_by_one_and_the_least_of_it_proves_nothing()
    {
        var ledger = new BlameLedger<int>();
        var guilty = new List<int>();
        for (int i = 0; i < 20; i++) ledger.PieceGood([1]);
        Assert.Equal(8, ledger.Trust(1));
        for (int i = 0; i < 7; i++) ledger.PieceBad(Geometry.Piece(i), [1, 2 + i], guilty);
        Assert.Equal(-6, ledger.Trust(1));
        Assert.Empty(guilty);
        ledger.PieceBad(Geometry.Piece(8), [1, 100], guilty);
        Assert.Equal(-7, ledger.Trust(1));
        ledger.PieceBad(Geometry.Piece(9), [1, 101], guilty);
        Assert.Equal(-7, ledger.Trust(1));
        Assert.Empty(guilty);
    }

    [Fact]
    public void Two_versions_of_one_block_from_one_peer_prove_it_guilty()
    {
        var ledger = new BlameLedger<int>();
        ledger.PieceBad(Piece, [1, 2], []);
        Assert.False(ledger.KeepBadBlock(Piece, 0, 1, Hash("x")));
        Assert.False(ledger.KeepBadBlock(Piece, 0, 1, Hash("x")));
        Assert.False(ledger.KeepBadBlock(Piece, 0, 2, Hash("y")));
        Assert.True(ledger.KeepBadBlock(Piece, 0, 1, Hash("z")));
    }

    [Fact]
    public void Several_bad_versions_cost_the_innocent_nothing_in_the_end()
    {
        var ledger = new BlameLedger<int>();
        var guilty = new List<int>();
        for (int version = 0; version < 3; version++)
        {
            ledger.PieceBad(Piece, [1, 2], guilty);
            ledger.KeepBadBlock(Piece, 0, 1, Hash("good"));
            ledger.KeepBadBlock(Piece, 1, 2, Hash("bad"));
        }
        Assert.Equal(-6, ledger.Trust(1));
        ledger.Compare(Piece, [Hash("good"), Hash("fine")], guilty);
        Assert.Equal([2], guilty);
        Assert.Equal(0, ledger.Trust(1));
    }

    [Fact]
    public void A_piece_that_was_bad_by_nobodys_fault_leaves_all_as_they_were()
    {
        var ledger = new BlameLedger<int>();
        var guilty = new List<int>();
        ledger.PieceBad(Piece, [1, 2], guilty);
        ledger.KeepBadBlock(Piece, 0, 1, Hash("good"));
        ledger.Compare(Piece, [Hash("good")], guilty);
        Assert.Empty(guilty);
        Assert.Equal(0, ledger.Trust(2));
        Assert.False(ledger.IsOnParole(2));
    }

    [Fact]
    public void A_good_piece_ends_parole()
    {
        var ledger = new BlameLedger<int>();
        ledger.PieceBad(Piece, [1, 2], []);
        ledger.PieceGood([1]);
        Assert.False(ledger.IsOnParole(1));
        Assert.True(ledger.IsOnParole(2));
    }

    [Fact]
    public void What_is_remembered_is_bounded()
    {
        var ledger = new BlameLedger<int>();
        for (int i = 0; i < BlameLedger<int>.MaxRecords + 500; i++) ledger.PieceGood([i]);
        ledger.PieceBad(Piece, [-1, -2], []);
        int known = Enumerable.Range(0, BlameLedger<int>.MaxRecords + 500).Count(i => ledger.Trust(i) != 0);
        Assert.Equal(BlameLedger<int>.MaxRecords - 2, known);
        Assert.Equal(-2, ledger.Trust(-1));
        for (int i = 4; i < 4 + BlameLedger<int>.MaxBadPieces; i++) ledger.PieceBad(Geometry.Piece(i), [1, 2], []);
        Assert.False(ledger.IsWaitingFor(Piece));
        Assert.True(ledger.IsWaitingFor(Geometry.Piece(4)));
    }

    [Fact]
    public void Hashes_of_the_oldest_bad_piece_go_when_there_are_too_many()
    {
        var ledger = new BlameLedger<int>();
        ledger.KeepBadBlock(Piece, 0, 1, Hash("x"));
        for (int i = 0; i < BlameLedger<int>.MaxKeptBlocks; i++)
            ledger.KeepBadBlock(Geometry.Piece(10 + i / 16), i % 16, 1, Hash("x"));
        Assert.False(ledger.IsWaitingFor(Piece));
        Assert.True(ledger.IsWaitingFor(Geometry.Piece(2000)));
    }

    [Fact]
    public void A_piece_that_comes_bad_from_ever_new_peers_takes_bounded_memory()
    {
        const int Blocks = 64;
        var ledger = new BlameLedger<int>();
        var guilty = new List<int>();
        Sha256Hash bad = Hash("bad");
        for (int version = 0; version < 600; version++)
        {
            ledger.PieceBad(Piece, [2 * version, (2 * version) + 1], guilty);
            for (int block = 0; block < Blocks; block++)
                ledger.KeepBadBlock(Piece, block, (2 * version) + (block % 2), bad);
            Assert.InRange(ledger.KeptBlocks, 1, BlameLedger<int>.MaxKeptBlocks);
        }
        Assert.Empty(guilty);
        // The latest are known all the same.
        ledger.Compare(Piece, [.. Enumerable.Repeat(Hash("good"), Blocks)], guilty);
        Assert.Contains(1199, guilty);
        Assert.Equal(0, ledger.KeptBlocks);
    }

    [Fact]
    public void Of_many_bad_pieces_the_oldest_make_room()
    {
        const int Blocks = 1024;
        var ledger = new BlameLedger<int>();
        var guilty = new List<int>();
        Sha256Hash bad = Hash("bad");
        for (int piece = 0; piece < 40; piece++)
        {
            ledger.PieceBad(Geometry.Piece(piece), [1, 2], guilty);
            for (int block = 0; block < Blocks; block++)
                ledger.KeepBadBlock(Geometry.Piece(piece), block, 1 + (block % 2), bad);
            Assert.InRange(ledger.KeptBlocks, 1, BlameLedger<int>.MaxKeptBlocks);
        }
        Assert.False(ledger.IsWaitingFor(Geometry.Piece(0)));
        Assert.True(ledger.IsWaitingFor(Geometry.Piece(39)));
    }

    private static Sha256Hash Hash(string text) => Sha256Hash.Of(Encoding.UTF8.GetBytes(text));
}
