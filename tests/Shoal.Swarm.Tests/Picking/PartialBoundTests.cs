using Shoal.Protocol;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm.Tests.Picking;

/// <summary>How many pieces can be begun and left.</summary>
public sealed class PartialBoundTests
{
    // 16 MiB pieces.
    private const int BlocksPerPiece = 1024;

    [Fact]
    public void A_peer_that_leaves_one_block_in_each_piece_fills_no_memory()
    {
        const int Pieces = 400;
        var fixture = new PickerFixture(Pieces, BlocksPerPiece);
        fixture.Have(0, 1, 2, 3);
        PiecePicker picker = fixture.Picker;
        Assert.Equal(32, picker.MaxPartialPieces);
        int givenUp = 0;
        for (int piece = 4; piece < Pieces; piece++)
        {
            PeerPieces hostile = fixture.Peer(piece, piece);
            BlockSpan block = Assert.Single(fixture.Pick(hostile, 1));
            Assert.Equal(BlockArrival.Accepted, fixture.Deliver(hostile, block));
            picker.Leave(hostile);
            while (picker.TryTakeGivenUp(out PieceIndex gone, out long bytes))
            {
                Assert.Equal(PieceState.Missing, picker.State(gone));
                Assert.Equal(PieceGeometry.BlockLength, bytes);
                givenUp++;
            }
            Assert.True(picker.PartialCount <= picker.MaxPartialPieces);
        }
        Assert.Equal(Pieces - 4 - 32, givenUp);
        PickerAudit.Check(fixture);
        // An honest peer finishes all that was left, and what was given up.
        PeerPieces seed = fixture.Seed(1000);
        while (picker.PiecesLeft > Pieces - 50) fixture.DeliverAll(seed, fixture.Pick(seed, 256));
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void What_is_being_asked_for_is_not_given_up()
    {
        var fixture = new PickerFixture(60, BlocksPerPiece);
        fixture.Have(0, 1, 2, 3);
        int asked = 0;
        for (int piece = 4; piece < 60; piece++)
            asked += fixture.Pick(fixture.Peer(piece, piece), 1).Length;
        Assert.Equal(fixture.Picker.MaxPartialPieces, asked);
        Assert.False(fixture.Picker.TryTakeGivenUp(out _, out _));
        PickerAudit.Check(fixture);
    }

    [Fact]
    public void No_more_pieces_are_restored_than_may_be_begun()
    {
        var fixture = new PickerFixture(60, BlocksPerPiece) { HasRestored = true };
        fixture.Have(0);
        PiecePicker picker = fixture.Picker;
        Assert.False(picker.TryRestore(Blocks(0)));
        for (int piece = 1; piece <= picker.MaxPartialPieces; piece++) Assert.True(picker.TryRestore(Blocks(piece)));
        Assert.False(picker.TryRestore(Blocks(59)));
        Assert.True(picker.TryRestore(Blocks(1, first: 1023)));
        Assert.Equal(33L * PieceGeometry.BlockLength, picker.PartialBytes);
        PickerAudit.Check(fixture);

        BlockSpan Blocks(int piece, int first = 7) => fixture.Geometry.Block(fixture.Piece(piece), first);
    }

    [Fact]
    public void The_piece_with_the_fewest_blocks_is_given_up()
    {
        var fixture = new PickerFixture(60, BlocksPerPiece);
        fixture.Have(0, 1, 2, 3);
        int most = fixture.Picker.MaxPartialPieces;
        for (int i = 0; i < most; i++)
        {
            PeerPieces peer = fixture.Peer(i + 1, i + 4);
            fixture.DeliverAll(peer, fixture.Pick(peer, i == 7 ? 2 : 3));
            fixture.Picker.Leave(peer);
        }
        Assert.Single(fixture.Pick(fixture.Peer(100, 59), 1));
        Assert.True(fixture.Picker.TryTakeGivenUp(out PieceIndex gone, out long bytes));
        Assert.Equal(11, gone.Value);
        Assert.Equal(2 * PieceGeometry.BlockLength, bytes);
    }
}
