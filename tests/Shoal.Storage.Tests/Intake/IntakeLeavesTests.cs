using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Hashing;
using Shoal.Storage.Intake;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Intake;

/// <summary>
/// Pieces of v2 torrents that come so fast that their blocks are held until there are enough for all lanes. Time stands
/// still.
/// </summary>
public sealed class IntakeLeavesTests
{
    private const int BlocksPerPiece = 40;
    private const int PieceLength = 64 * PieceGeometry.BlockLength;
    private const int Pieces = 20;

    // The last piece has fewer blocks, and the last of them is not whole.
    private const int LastLength = BlocksPerPiece * PieceGeometry.BlockLength - 3;

    [Fact]
    public async Task Blocks_are_held_until_there_are_sixteen_and_none_is_read_back()
    {
        await using IntakeRig rig = Rig();
        WarmUp(rig);
        BlockSpan[] blocks = [.. rig.BlocksOf(8)];
        rig.AcceptAndWork(blocks.Take(LaneMath.WideLanes + 4));
        Assert.Equal(LaneMath.IsSupported ? 4 : 0, rig.Slabs.Outstanding);
        rig.AcceptAndWork(blocks.Skip(LaneMath.WideLanes + 4));
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
        Assert.Equal((0, 0), (rig.Disk.Reads, rig.Slabs.Outstanding));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Blocks_may_come_in_any_order_and_portion(int seed)
    {
        await using IntakeRig rig = Rig();
        WarmUp(rig);
        var random = new Random(seed);
        BlockSpan[] blocks = [.. rig.AllBlocks.Where(block => block.Piece.Value >= LaneMath.Lanes)];
        random.Shuffle(blocks);
        for (int at = 0; at < blocks.Length;)
        {
            int count = Math.Min(random.Next(1, 60), blocks.Length - at);
            foreach (BlockSpan block in blocks.AsSpan(at, count)) Assert.True(rig.Accept(block));
            rig.Work(random);
            at += count;
        }
        Assert.Equal(Pieces + 1, rig.Log.Pieces(PieceOutcome.Good).Count());
        Assert.Equal((0, 0), (rig.Disk.Reads, rig.Slabs.Outstanding));
        rig.AssertFilesAreRight();
    }

    [Fact]
    public async Task A_wrong_byte_in_any_of_the_lanes_is_found()
    {
        await using IntakeRig rig = Rig();
        WarmUp(rig);
        foreach (BlockSpan block in rig.BlocksOf(Pieces))
            Assert.True(rig.Accept(block, corrupt: block.Begin == 17 * PieceGeometry.BlockLength));
        rig.Work();
        Assert.Equal([Pieces], rig.Log.Pieces(PieceOutcome.BadHash));
        rig.Intake.Forget(rig.Piece(Pieces));
        rig.AcceptAndWork(rig.BlocksOf(Pieces));
        Assert.Contains(Pieces, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_piece_that_gets_more_while_it_is_written_waits_for_its_turn_to_write()
    {
        await using IntakeRig rig = Rig();
        WarmUp(rig);
        Queue<BlockSpan> late = new(rig.BlocksOf(8).Skip(20));
        rig.Disk.Fault = (what, _) =>
        {
            if (what == "write" && late.TryDequeue(out BlockSpan block)) Assert.True(rig.Accept(block));
            return null;
        };
        foreach (BlockSpan block in rig.BlocksOf(8).Take(20)) Assert.True(rig.Accept(block));
        foreach (BlockSpan block in rig.BlocksOf(9)) Assert.True(rig.Accept(block));
        rig.Work();
        Assert.Empty(late);
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
        Assert.Contains(9, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_piece_forgotten_while_blocks_of_it_are_held_can_be_had_again()
    {
        await using IntakeRig rig = Rig();
        WarmUp(rig);
        rig.AcceptAndWork(rig.BlocksOf(8).Take(5));
        rig.Intake.Forget(rig.Piece(8));
        Assert.Equal(0, rig.Slabs.Outstanding);
        rig.AcceptAndWork(rig.BlocksOf(8).Reverse());
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task What_is_beyond_the_room_for_held_blocks_is_hashed_at_once(TorrentVersion version)
    {
        const int Many = 2 * HeldBytes.Max / PieceLength;
        await using var rig = new IntakeRig(
            TestTorrents.Create(version, PieceLength, ("a.bin", Many * PieceLength)), time: new ManualTime());
        WarmUp(rig);
        BlockSpan[] rest = [.. rig.AllBlocks.Where(block => block.Piece.Value >= LaneMath.Lanes)];
        // Of each piece fewer than sixteen, then all but one, then that one.
        rig.AcceptAndWork(rest.Where(block => block.Begin < 15 * PieceGeometry.BlockLength));
        int last = PieceLength - PieceGeometry.BlockLength;
        rig.AcceptAndWork(rest.Where(block => block.Begin >= 15 * PieceGeometry.BlockLength && block.Begin < last));
        rig.AcceptAndWork(rest.Where(block => block.Begin == last));
        Assert.Equal(Many, rig.Log.Pieces(PieceOutcome.Good).Count());
        Assert.Equal(0, rig.Slabs.Outstanding);
        rig.AssertFilesAreRight();
    }

    /// <summary>Lets the intake see that pieces come fast.</summary>
    private static void WarmUp(IntakeRig rig)
    {
        for (int piece = 0; piece < LaneMath.Lanes; piece++) rig.AcceptAndWork(rig.BlocksOf(piece));
        Assert.Equal(LaneMath.Lanes, rig.Log.Pieces(PieceOutcome.Good).Count());
    }

    private static IntakeRig Rig() => new(
        TestTorrents.Create(TorrentVersion.V2, PieceLength, ("a.bin", Pieces * PieceLength + LastLength)),
        time: new ManualTime());
}
