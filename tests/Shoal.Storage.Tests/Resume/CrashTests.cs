using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Resume;
using Shoal.Storage.Tests.Fakes;
using Shoal.Storage.Tests.Intake;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Resume;

/// <summary>
/// Whatever moment a download ends at, the next one trusts only pieces whose bytes are right on disk.
/// </summary>
public sealed class CrashTests
{
    private static readonly Guid Boot = Guid.Empty;
    private static readonly Guid NextBoot = new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private readonly TestTorrent _torrent = TestTorrents.Create(
        TorrentVersion.V1, 32 * 1024, ("a", 100_000), ("b", 33), ("c", 200_000));

    [Fact]
    public async Task A_killed_download_trusts_all_that_was_finished_and_nothing_wrong()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var disk = new MemoryFileSystem();
            HashSet<int> finished = await DownloadUntilEnd(disk, new Random(seed));
            disk.Crash();
            await AssertSound(disk, Boot, finished);
        }
    }

    [Fact]
    public async Task A_power_cut_leaves_no_wrong_piece_trusted()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var disk = new MemoryFileSystem { CanLosePower = true };
            await DownloadUntilEnd(disk, random);
            disk.CutPower(random);
            await AssertSound(disk, NextBoot, []);
        }
    }

    /// <summary>Downloads blocks in any order until the process ends at some call to the disk.</summary>
    private async Task<HashSet<int>> DownloadUntilEnd(MemoryFileSystem disk, Random random)
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
        rig.Log.Then = verdict =>
        {
            if (verdict.Outcome != PieceOutcome.Good || journal!.Append(verdict.Piece) is not null) return;
            finished.Add(verdict.Piece.Value);
            if (random.Next(3) == 0) journal.Checkpoint(TimeSpan.Zero);
        };
        BlockSpan[] blocks = [.. rig.AllBlocks];
        random.Shuffle(blocks);
        foreach (BlockSpan block in blocks)
        {
            rig.Accept(block, corrupt: random.Next(20) == 0);
            if (random.Next(2) == 0) rig.Work(random);
        }
        rig.Work(random);
        journal!.Dispose();
        return finished;
    }

    private async Task AssertSound(MemoryFileSystem disk, Guid boot, HashSet<int> expected)
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
        journal!.Dispose();
    }
}
