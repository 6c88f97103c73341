using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Resume;
using Shoal.Storage.Tests.Fakes;
using Shoal.Storage.Tests.Intake;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Resume;

/// <summary>
/// Whatever moment a download ends at, the next one trusts only pieces whose bytes are right on disk, and takes of
/// others only blocks that are on disk as they came.
/// </summary>
public sealed class CrashTests
{
    private static readonly Guid Boot = Guid.Empty;
    private static readonly Guid NextBoot = new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private readonly TestTorrent _torrent = TestTorrents.Create(
        TorrentVersion.V1, 32 * 1024, ("a", 100_000), ("b", 33), ("c", 200_000));

    private int _blocksSeen;

    [Fact]
    public async Task A_killed_download_trusts_all_that_was_finished_and_nothing_wrong()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var disk = new MemoryFileSystem();
            HashSet<BlockSpan> spoiled = [];
            HashSet<int> finished = await DownloadUntilEnd(disk, new Random(seed), spoiled);
            disk.Crash();
            await AssertSound(disk, Boot, finished, spoiled);
        }
        Assert.NotEqual(0, _blocksSeen);
    }

    [Fact]
    public async Task A_power_cut_leaves_no_wrong_piece_trusted()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var disk = new MemoryFileSystem { CanLosePower = true };
            HashSet<BlockSpan> spoiled = [];
            await DownloadUntilEnd(disk, random, spoiled);
            disk.CutPower(random);
            await AssertSound(disk, NextBoot, [], spoiled);
        }
        Assert.NotEqual(0, _blocksSeen);
    }

    /// <summary>Downloads blocks in any order until the process ends at some call to the disk.</summary>
    private async Task<HashSet<int>> DownloadUntilEnd(
        MemoryFileSystem disk, Random random, HashSet<BlockSpan> spoiled)
    {
        int callsLeft = random.Next(120);
        var finished = new HashSet<int>();
        disk.Fault = (_, _) => --callsLeft < 0 ? new StorageError(StorageFault.Other, "the end") : null;
        var options = StorageOptions.Default;
        if (TorrentStorage.Open(_torrent.Info, "/downloads", options, new(disk), out var probe) is not null)
            return finished;
        probe!.Dispose();
        int calls = callsLeft;
        callsLeft = int.MaxValue;
        await using var rig = new IntakeRig(_torrent, disk: disk);
        callsLeft = calls;
        if (ResumeJournal.Open(_torrent.Info, rig.Storage, disk, Boot, out ResumeJournal? journal) is not null)
            return finished;
        journal!.NoteCheck(journal.Suspect, new Bitfield(_torrent.Geometry.PieceCount));
        journal.Follow(rig.Intake);
        rig.Log.Then = verdict =>
        {
            if (verdict.Outcome == PieceOutcome.BadHash) rig.Intake.Forget(verdict.Piece);
            if (verdict.Outcome != PieceOutcome.Good || journal.Append(verdict.Piece) is not null) return;
            finished.Add(verdict.Piece.Value);
            if (random.Next(3) == 0) journal.Checkpoint(TimeSpan.Zero);
        };
        // Twice, as what was spoiled has to come again.
        BlockSpan[] blocks = [.. rig.AllBlocks, .. rig.AllBlocks];
        random.Shuffle(blocks);
        foreach (BlockSpan block in blocks)
        {
            bool isSpoiled = random.Next(20) == 0;
            if (isSpoiled) spoiled.Add(block);
            rig.Accept(block, isSpoiled);
            if (random.Next(2) == 0) rig.Work(random);
            if (random.Next(4) == 0) journal.Checkpoint(TimeSpan.Zero);
        }
        rig.Work(random);
        journal.Dispose();
        return finished;
    }

    private async Task AssertSound(
        MemoryFileSystem disk, Guid boot, HashSet<int> expected, HashSet<BlockSpan> spoiled)
    {
        disk.Fault = (_, _) => null;
        await using var rig = new IntakeRig(_torrent, disk: disk);
        Assert.Null(ResumeJournal.Open(_torrent.Info, rig.Storage, disk, boot, out ResumeJournal? journal));
        Bitfield good = await new Verifier(rig.Storage, rig.Hashes)
            .RunAsync(null, null, TestContext.Current.CancellationToken, readers: 1);
        for (int i = 0; i < good.Length; i++)
        {
            if (journal!.Trusted[i]) Assert.True(good[i], $"Piece {i} is trusted but wrong.");
            if (expected.Contains(i)) Assert.True(journal.Trusted[i], $"Piece {i} was finished but is not trusted.");
        }
        foreach (BlockSpan block in rig.AllBlocks)
        {
            if (spoiled.Contains(block) || !journal!.Unfinished.Any(run => Holds(run, block))) continue;
            byte[] bytes = new byte[block.Length];
            Assert.Null(rig.Storage.Read(block, [bytes]));
            Assert.True(_torrent.Block(block).Span.SequenceEqual(bytes), $"{block} is not there.");
            _blocksSeen++;
        }
        journal!.Dispose();
    }

    private static bool Holds(BlockSpan run, BlockSpan block) =>
        run.Piece == block.Piece && run.Begin <= block.Begin && block.End <= run.End;
}
