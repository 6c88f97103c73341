using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Hashing;
using Shoal.Storage.Intake;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Intake;

/// <summary>
/// Pieces that come so fast that they are hashed side by side. Time stands still unless a test moves it.
/// </summary>
public sealed class IntakeLanesTests
{
    private const int PieceLength = 64 * 1024;
    private const int Pieces = 40;

    private readonly ManualTime _time = new();

    public static TheoryData<TorrentVersion> Versions => [TorrentVersion.V1, TorrentVersion.Hybrid];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Pieces_that_come_fast_are_good_once_there_are_eight(TorrentVersion version)
    {
        await using IntakeRig rig = Rig(version);
        WarmUp(rig);
        // One more has begun, so that the seven that wait can hope for an eighth.
        rig.AcceptAndWork(rig.BlocksOf(30).Take(1));
        for (int piece = 8; piece < 15; piece++) rig.AcceptAndWork(rig.BlocksOf(piece));
        if (LaneMath.IsSupported) Assert.Equal(8, rig.Log.Pieces(PieceOutcome.Good).Count());
        rig.AcceptAndWork(rig.BlocksOf(15));
        Assert.Equal(Enumerable.Range(0, 16), rig.Log.Pieces(PieceOutcome.Good).Order());
        Assert.Equal(0, rig.Disk.Reads);
    }

    [Fact]
    public async Task A_wrong_byte_is_found_among_seven_right_pieces()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        WarmUp(rig);
        foreach (BlockSpan block in Enumerable.Range(8, 8).SelectMany(rig.BlocksOf))
            Assert.True(rig.Accept(block, corrupt: block.Piece.Value == 11 && block.Begin == 0));
        rig.Work();
        Assert.Equal([11], rig.Log.Pieces(PieceOutcome.BadHash));
        Assert.Equal(15, rig.Log.Pieces(PieceOutcome.Good).Count());
        rig.Intake.Forget(rig.Piece(11));
        rig.AcceptAndWork(rig.BlocksOf(11));
        Assert.Contains(11, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task Pieces_whose_hashing_comes_later_are_written_one_at_a_time(TorrentVersion version)
    {
        await using IntakeRig rig = Rig(version);
        WarmUp(rig);
        int writes = rig.Disk.Writes;
        foreach (BlockSpan block in Enumerable.Range(8, 3).SelectMany(rig.BlocksOf)) Assert.True(rig.Accept(block));
        rig.Intake.Submit();
        Assert.Equal(LaneMath.IsSupported ? 1 : 3, rig.ScheduledCount);
        rig.Work();
        Assert.Equal(3, rig.Disk.Writes - writes);
        Assert.Equal(11, rig.Log.Pieces(PieceOutcome.Good).Count());
    }

    [Fact]
    public async Task Pieces_wait_no_longer_than_the_clock_allows()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        WarmUp(rig);
        rig.AcceptAndWork(rig.BlocksOf(30).Take(1));
        rig.AcceptAndWork(rig.BlocksOf(8));
        rig.AcceptAndWork(rig.BlocksOf(9));
        if (LaneMath.IsSupported) Assert.DoesNotContain(9, rig.Log.Pieces(PieceOutcome.Good));
        _time.Advance(TimeSpan.FromMilliseconds(50));
        rig.Work();
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
        Assert.Contains(9, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_piece_does_not_wait_for_one_that_is_judged_by_itself()
    {
        const int Last = Pieces;
        await using var rig = new IntakeRig(
            TestTorrents.Create(TorrentVersion.V1, PieceLength, ("a.bin", Pieces * PieceLength + 3)), time: _time);
        WarmUp(rig);
        // The last piece is shorter than the others, so it is hashed by itself.
        Assert.True(rig.Accept(rig.BlocksOf(Last).Single()));
        foreach (BlockSpan block in rig.BlocksOf(8)) Assert.True(rig.Accept(block));
        rig.Work();
        Assert.Contains(Last, rig.Log.Pieces(PieceOutcome.Good));
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Pieces_that_come_slowly_are_hashed_as_they_arrive_and_not_read_back()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        for (int piece = 0; piece < Pieces; piece++)
        {
            rig.AcceptAndWork(rig.BlocksOf(piece));
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(Pieces, rig.Log.Pieces(PieceOutcome.Good).Count());
        Assert.Equal(0, rig.Disk.Reads);
    }

    [Fact]
    public async Task A_piece_that_waits_can_be_forgotten_and_had_again()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        WarmUp(rig);
        rig.AcceptAndWork(rig.BlocksOf(30).Take(1));
        rig.AcceptAndWork(rig.BlocksOf(8));
        rig.AcceptAndWork(rig.BlocksOf(9));
        rig.Intake.Forget(rig.Piece(8));
        rig.AcceptAndWork(rig.BlocksOf(8).Take(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        rig.AcceptAndWork(rig.BlocksOf(8).Skip(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        rig.Work();
        Assert.Equal([.. Enumerable.Range(0, 10)], rig.Log.Pieces(PieceOutcome.Good).Order());
        rig.AcceptAndWork(rig.AllBlocks.Where(
            block => block.Piece.Value > 9 && (block.Piece.Value, block.Begin) != (30, 0)));
        rig.AssertFilesAreRight();
    }

    [Fact]
    public async Task The_drain_does_not_wait_for_the_clock()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        WarmUp(rig);
        rig.AcceptAndWork(rig.BlocksOf(30).Take(1));
        rig.AcceptAndWork(rig.BlocksOf(8));
        Task drained = rig.Intake.DrainAsync();
        rig.Work();
        await drained;
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task The_drain_waits_for_a_piece_whose_turn_to_be_written_comes_after_the_last_verdict()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        WarmUp(rig);
        foreach (BlockSpan block in Enumerable.Range(8, 2).SelectMany(rig.BlocksOf)) Assert.True(rig.Accept(block));
        rig.RunsBatchesAtOnce = true;
        Task drained = rig.Intake.DrainAsync();
        var early = new List<bool>();
        rig.Log.Then = _ => early.Add(drained.IsCompleted);
        rig.Work();
        Assert.Equal([false, false], early);
        await drained;
    }

    [Fact]
    public async Task Pieces_beyond_what_may_be_held_are_read_back_and_none_is_lost()
    {
        const int Length = 1024 * 1024;
        await using var rig = new IntakeRig(
            TestTorrents.Create(TorrentVersion.V1, Length, ("a.bin", 28 * Length)), time: _time);
        WarmUp(rig);
        BlockSpan[] blocks = [.. rig.AllBlocks.Where(block => block.Piece.Value >= LaneMath.Lanes)];
        rig.AcceptAndWork(blocks.Where(block => block.Begin > 0));
        if (LaneMath.IsSupported) Assert.InRange(rig.Slabs.Outstanding, 1, HeldBytes.Max / PieceGeometry.BlockLength);
        rig.AcceptAndWork(blocks.Where(block => block.Begin == 0));
        Assert.Equal(28, rig.Log.Pieces(PieceOutcome.Good).Count());
        Assert.True(rig.Disk.Reads > 0);
        rig.AssertFilesAreRight();
    }

    [Fact]
    public async Task Of_more_pieces_at_a_time_than_can_be_held_none_is_read_back()
    {
        const int Length = 1024 * 1024;
        await using var rig = new IntakeRig(
            TestTorrents.Create(TorrentVersion.V1, Length, ("a.bin", 28 * Length)), time: _time);
        WarmUp(rig);
        foreach (IGrouping<int, BlockSpan> row in rig.AllBlocks
            .Where(block => block.Piece.Value >= LaneMath.Lanes).GroupBy(block => block.Begin))
            rig.AcceptAndWork(row);
        Assert.Equal(28, rig.Log.Pieces(PieceOutcome.Good).Count());
        Assert.Equal(0, rig.Disk.Reads);
        rig.AssertFilesAreRight();
    }

    [Fact]
    public async Task Large_pieces_are_hashed_as_they_arrive()
    {
        const int Length = 4 * 1024 * 1024;
        await using var rig = new IntakeRig(
            TestTorrents.Create(TorrentVersion.V1, Length, ("a.bin", 10 * Length)), time: _time);
        rig.AcceptAndWork(rig.AllBlocks);
        Assert.Equal(10, rig.Log.Pieces(PieceOutcome.Good).Count());
        Assert.Equal((0, 0), (rig.Disk.Reads, rig.Slabs.Outstanding));
    }

    [Fact]
    public async Task A_write_that_fails_lets_go_of_what_was_held()
    {
        await using IntakeRig rig = Rig(TorrentVersion.V1);
        WarmUp(rig);
        rig.AcceptAndWork(rig.BlocksOf(8).Take(2));
        rig.Disk.Fault = (what, _) =>
            what == "write" ? new StorageError(StorageFault.Other, "The disk takes nothing.") : null;
        rig.AcceptAndWork(rig.BlocksOf(8).Skip(2));
        Assert.Equal([8], rig.Log.Pieces(PieceOutcome.DiskError));
        Assert.Equal(0, rig.Slabs.Outstanding);
        rig.Disk.Fault = (_, _) => null;
        rig.Intake.Forget(rig.Piece(8));
        rig.AcceptAndWork(rig.BlocksOf(8));
        Assert.Contains(8, rig.Log.Pieces(PieceOutcome.Good));
    }

    /// <summary>Lets the intake see that pieces come fast.</summary>
    private static void WarmUp(IntakeRig rig)
    {
        for (int piece = 0; piece < LaneMath.Lanes; piece++) rig.AcceptAndWork(rig.BlocksOf(piece));
        Assert.Equal(LaneMath.Lanes, rig.Log.Pieces(PieceOutcome.Good).Count());
    }

    private IntakeRig Rig(TorrentVersion version) => new(Torrent(version), time: _time);

    private static TestTorrent Torrent(TorrentVersion version) =>
        TestTorrents.Create(version, PieceLength, ("a.bin", Pieces * PieceLength));
}
