using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Resume;
using Shoal.Storage.Tests.Fakes;
using Shoal.Storage.Tests.Intake;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Resume;

/// <summary>What a later process finds of pieces that an earlier one did not finish, and goes on with.</summary>
public sealed class UnfinishedPiecesTests
{
    private const int PieceLength = 64 * 1024;

    private static readonly Guid Boot = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    private static readonly Guid NextBoot = new(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    private readonly MemoryFileSystem _disk = new() { CanLosePower = true };

    public static TheoryData<TorrentVersion> Versions =>
        [TorrentVersion.V1, TorrentVersion.V2, TorrentVersion.Hybrid];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_killed_process_leaves_the_blocks_up_to_the_last_checkpoint(TorrentVersion version)
    {
        TestTorrent torrent = Folder(version);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1), Block(first, 1, 0), Block(first, 1, 3), Block(first, 1, 2)]);
            Assert.True(journal.IsCheckpointDue(ResumeJournal.CheckpointInterval));
            Assert.Null(journal.Checkpoint(ResumeJournal.CheckpointInterval));
            Assert.False(journal.IsCheckpointDue(TimeSpan.FromHours(1)));
            first.AcceptAndWork([Block(first, 0, 0)]);
        });
        await using IntakeRig second = Rig(torrent);
        ResumeJournal again = Open(second, Boot);
        Assert.Equal([(0, 1, 1), (1, 0, 1), (1, 2, 2)], Runs(again));
        second.Intake.Restore(again.Unfinished);
        Assert.False(second.Accept(Block(second, 0, 1)));
        second.AcceptAndWork([Block(second, 1, 1)]);
        Assert.Equal([1], second.Log.Pieces(PieceOutcome.Good));
        second.AcceptAndWork([Block(second, 0, 3), Block(second, 0, 0), Block(second, 0, 2)]);
        Assert.Equal([0, 1], second.Log.Pieces(PieceOutcome.Good).Order());
        again.Dispose();
    }

    [Fact]
    public async Task A_clean_end_leaves_every_block()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1), Block(first, 0, 2), Block(first, 2, 0)]);
            Assert.Null(journal.Close());
        });
        // The data was flushed before the journal said so.
        _disk.CutPower(new Random(1));
        Assert.Equal([(0, 1, 2), (2, 0, 1)], await ReopenAsync(torrent, NextBoot));
    }

    [Fact]
    public async Task A_power_cut_leaves_what_was_flushed()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
            first.AcceptAndWork([Block(first, 0, 3)]);
            string data = first.Storage.PathOf(0)!;
            _disk.Fault = (operation, path) =>
                operation == "flush" && path == data ? new StorageError(StorageFault.Other, "no") : null;
            Assert.NotNull(journal.Checkpoint(TimeSpan.Zero));
            _disk.Fault = (_, _) => null;
        });
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, NextBoot));
        // What was noted but not flushed counts for a process of the same start of the system alone.
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, Boot));
    }

    [Fact]
    public async Task What_only_memory_holds_is_flushed_by_the_next_process()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1)]);
            _disk.Fault = (operation, _) =>
                operation == "flush" ? new StorageError(StorageFault.Other, "no") : null;
            Assert.NotNull(journal.Checkpoint(TimeSpan.Zero));
            _disk.Fault = (_, _) => null;
        });
        await using (IntakeRig second = Rig(torrent))
        {
            using ResumeJournal journal = Open(second, Boot);
            Assert.Equal([(0, 1, 1)], Runs(journal));
            Assert.True(journal.IsCheckpointDue(ResumeJournal.CheckpointInterval));
            Assert.Null(journal.Checkpoint(ResumeJournal.CheckpointInterval));
        }
        _disk.CutPower(new Random(1));
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, NextBoot));
    }

    [Fact]
    public async Task Blocks_of_a_file_that_was_changed_are_gone()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        string changed = "";
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1), Block(first, 3, 0)]);
            Assert.Null(journal.Close());
            changed = first.Storage.PathOf(0)!;
        });
        _disk[changed] = [.. _disk[changed]];
        Assert.Equal([(3, 0, 1)], await ReopenAsync(torrent, Boot));
        Assert.Equal([(3, 0, 1)], await ReopenAsync(torrent, Boot));
    }

    [Fact]
    public async Task Blocks_past_the_end_of_a_file_are_gone_for_good()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        byte[] before = [];
        string path = "";
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 0), Block(first, 0, 2)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
            path = first.Storage.PathOf(0)!;
            before = [.. _disk[path]];
        });
        _disk[path] = before[..(PieceGeometry.BlockLength + 1)];
        await using (IntakeRig second = Rig(torrent))
        {
            using ResumeJournal journal = Open(second, Boot);
            Assert.Equal([(0, 0, 1)], Runs(journal));
            // It was noted anew.
            Assert.True(journal.IsCheckpointDue(ResumeJournal.CheckpointInterval));
        }
        _disk[path] = before;
        Assert.Equal([(0, 0, 1)], await ReopenAsync(torrent, Boot));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_wrong_block_of_before_makes_the_piece_come_again(TorrentVersion version)
    {
        TestTorrent torrent = Folder(version);
        await RunAsync(torrent, (first, journal) =>
        {
            Assert.True(first.Accept(Block(first, 0, 2), corrupt: true));
            first.Work();
            Assert.Null(journal.Close());
        });
        await using IntakeRig second = Rig(torrent);
        using ResumeJournal again = Open(second, Boot);
        second.Intake.Restore(again.Unfinished);
        second.AcceptAndWork([Block(second, 0, 0), Block(second, 0, 1), Block(second, 0, 3)]);
        Assert.Equal([0], second.Log.Pieces(PieceOutcome.BadHash));
        second.Intake.Forget(second.Piece(0));
        second.AcceptAndWork(second.BlocksOf(0));
        Assert.Equal([0], second.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Forgotten_blocks_do_not_come_back()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1), Block(first, 2, 1)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
            first.Intake.Forget(first.Piece(0));
            first.Intake.Forget(first.Piece(2));
            first.AcceptAndWork([Block(first, 2, 3)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        });
        Assert.Equal([(2, 3, 1)], await ReopenAsync(torrent, Boot));
    }

    [Fact]
    public async Task A_piece_that_was_forgotten_and_came_again_stays_known()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.Log.Then = verdict => Assert.Null(journal.Append(verdict.Piece));
            first.AcceptAndWork([Block(first, 0, 1)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
            first.Intake.Forget(first.Piece(0));
            first.AcceptAndWork(first.BlocksOf(0));
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        });
        await using IntakeRig second = Rig(torrent);
        using ResumeJournal again = Open(second, Boot);
        Assert.True(again.Trusted[0]);
        Assert.Empty(again.Unfinished);
    }

    [Fact]
    public async Task A_piece_of_which_all_blocks_were_noted_is_checked()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork(first.BlocksOf(0));
            journal.Follow(new Noted(first.BlocksOf(0)));
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        });
        for (int times = 0; times < 2; times++)
        {
            await using IntakeRig second = Rig(torrent);
            using ResumeJournal again = Open(second, Boot);
            Assert.True(again.Suspect[0]);
            Assert.Empty(again.Unfinished);
        }
    }

    [Fact]
    public async Task Of_a_piece_for_which_more_waits_what_is_written_is_noted()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1)]);
            Assert.True(first.Accept(Block(first, 0, 0)));
            Assert.True(first.Accept(Block(first, 1, 0)));
            first.Intake.Submit();
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        });
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, Boot));
    }

    [Fact]
    public async Task What_is_being_written_is_not_noted()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 3)]);
            string data = first.Storage.PathOf(0)!;
            _disk.Fault = (operation, path) =>
            {
                if (operation != "write" || path != data) return null;
                _disk.Fault = (_, _) => null;
                return journal.Checkpoint(TimeSpan.Zero);
            };
            first.AcceptAndWork([Block(first, 0, 1)]);
        });
        Assert.Equal([(0, 3, 1)], await ReopenAsync(torrent, Boot));
    }

    [Fact]
    public async Task What_could_not_be_noted_is_noted_by_the_next_checkpoint()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1), Block(first, 2, 1)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
            first.Intake.Forget(first.Piece(0));
            first.AcceptAndWork([Block(first, 1, 1)]);
            _disk.Fault = (operation, _) =>
                operation == "write" ? new StorageError(StorageFault.Other, "no") : null;
            Assert.NotNull(journal.Checkpoint(TimeSpan.Zero));
            _disk.Fault = (_, _) => null;
            Assert.True(journal.IsCheckpointDue(ResumeJournal.CheckpointInterval));
            Assert.Null(journal.Checkpoint(ResumeJournal.CheckpointInterval));
        });
        Assert.Equal([(1, 1, 1), (2, 1, 1)], await ReopenAsync(torrent, Boot));
    }

    [Fact]
    public async Task A_verdict_does_not_come_before_notes_that_could_not_be_written()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1)]);
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
            first.Intake.Forget(first.Piece(0));
            _disk.Fault = (operation, _) =>
                operation == "write" ? new StorageError(StorageFault.Other, "no") : null;
            Assert.NotNull(journal.Checkpoint(TimeSpan.Zero));
            _disk.Fault = (_, _) => null;
            first.Log.Then = verdict => Assert.Null(journal.Append(verdict.Piece));
            first.AcceptAndWork(first.BlocksOf(0));
            Assert.Null(journal.Checkpoint(TimeSpan.Zero));
        });
        await using IntakeRig second = Rig(torrent);
        using ResumeJournal again = Open(second, Boot);
        Assert.True(again.Trusted[0]);
    }

    [Fact]
    public async Task Blocks_of_a_piece_that_was_found_wrong_are_kept()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            Assert.Null(journal.Append(first.Piece(0)));
            first.AcceptAndWork(first.BlocksOf(0).Take(3));
        });
        // Where starts of the system are not known, it is one to be checked.
        for (int start = 0; start < 2; start++)
        {
            await using IntakeRig rig = Rig(torrent);
            ResumeJournal journal = Open(rig, NextBoot);
            if (start == 1)
            {
                Assert.Equal([(0, 0, 2)], Runs(journal));
                journal.Dispose();
                return;
            }
            Assert.Null(journal.NoteCheck(journal.Suspect, new Bitfield(rig.Geometry.PieceCount)));
            rig.AcceptAndWork(rig.BlocksOf(0).Take(2));
            Assert.Null(journal.Close());
        }
    }

    [Fact]
    public async Task A_journal_that_is_very_long_notes_blocks_at_its_end_only()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        await RunAsync(torrent, (first, journal) =>
        {
            journal.MostBytesWithBlocks = 200;
            first.AcceptAndWork([Block(first, 0, 1)]);
            for (int i = 0; i < 10; i++) Assert.Null(journal.Remove(first.Piece(3)));
            Assert.False(journal.IsCheckpointDue(TimeSpan.FromHours(1)));
            Assert.Null(journal.Close());
        });
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, NextBoot));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_journal_is_written_anew_and_says_the_same(bool isFlushed)
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        string path = "";
        await RunAsync(torrent, (first, journal) =>
        {
            first.AcceptAndWork([Block(first, 0, 1)]);
            for (int i = 0; i < 400_000; i++) Assert.Null(journal.Remove(first.Piece(1)));
            if (!isFlushed)
                _disk.Fault = (operation, _) =>
                    operation == "flush" ? new StorageError(StorageFault.Other, "no") : null;
            Assert.Equal(isFlushed, journal.Checkpoint(TimeSpan.Zero) is null);
            _disk.Fault = (_, _) => null;
            path = _disk.Paths.Single(name => name.EndsWith(".shoal", StringComparison.Ordinal));
        });
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, Boot));
        Assert.InRange(_disk[path].Length, 1, 1000);
        Assert.Equal([(0, 1, 1)], await ReopenAsync(torrent, Boot));
        Assert.Equal(isFlushed ? [(0, 1, 1)] : [], await ReopenAsync(torrent, NextBoot));
    }

    private static TestTorrent Folder(TorrentVersion version) =>
        TestTorrents.Create(version, PieceLength, ("a", 2 * PieceLength), ("b", 2 * PieceLength));

    private IntakeRig Rig(TestTorrent torrent) => new(torrent, disk: _disk);

    private static BlockSpan Block(IntakeRig rig, int piece, int block) => rig.Geometry.Block(rig.Piece(piece), block);

    private ResumeJournal Open(IntakeRig rig, Guid boot)
    {
        Assert.Null(ResumeJournal.Open(rig.Torrent.Info, rig.Storage, _disk, boot, out ResumeJournal? journal));
        if (journal!.Suspect.IsFull)
            Assert.Null(journal.NoteCheck(journal.Suspect, new Bitfield(rig.Geometry.PieceCount)));
        journal.Follow(rig.Intake);
        return journal;
    }

    /// <summary>A process that works on the torrent and then is no more, as by a kill.</summary>
    private async Task RunAsync(TestTorrent torrent, Action<IntakeRig, ResumeJournal> work)
    {
        await using IntakeRig rig = Rig(torrent);
        using ResumeJournal journal = Open(rig, Boot);
        work(rig, journal);
    }

    private async Task<(int, int, int)[]> ReopenAsync(TestTorrent torrent, Guid boot)
    {
        await using IntakeRig rig = Rig(torrent);
        using ResumeJournal journal = Open(rig, boot);
        return Runs(journal);
    }

    /// <summary>Piece, first block and number of blocks of each run.</summary>
    private static (int, int, int)[] Runs(ResumeJournal journal) =>
    [
        .. journal.Unfinished
            .Select(run => (run.Piece.Value, run.Begin / PieceGeometry.BlockLength,
                run.Length / PieceGeometry.BlockLength))
            .Order(),
    ];

    private sealed class Noted(IEnumerable<BlockSpan> blocks) : IUnfinishedPieces
    {
        public bool HasNews => true;

        public void TakeNews(ICollection<PieceIndex> forgotten, ICollection<BlockSpan> written)
        {
            foreach (BlockSpan block in blocks) written.Add(block);
        }
    }
}
