using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;
using Shoal.Storage.Resume;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Intake;

public sealed class IntakeStressTests
{
    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task Four_connections_that_send_everything_twice_and_lie_now_and_then_give_right_files(
        TorrentVersion version)
    {
        using var folder = new TemporaryFolder();
        TestTorrent torrent = TestTorrents.Create(
            version, 128 * 1024, ("a", 1_000_000), ("b", 5), ("c/d", 2_000_000), ("c/e", 0), ("f", 300_000));
        RealFileSystem disk = RealFileSystem.Instance;
        using var handles = new FileHandlePool(disk, 2);
        Assert.Null(TorrentStorage.Open(torrent.Info, folder.Path, StorageOptions.Default, handles, out var storage));
        Assert.Null(ResumeJournal.Open(torrent.Info, storage!, disk, out ResumeJournal? journal));
        var log = new VerdictLog();
        var hashes = new PieceHashes(torrent.Info, Roots.Of(torrent));
        var have = new Bitfield(torrent.Geometry.PieceCount);
        var intake = new BlockIntake(storage!, hashes, log, have, TimeProvider.System);
        log.Then = verdict =>
        {
            if (verdict.Outcome == PieceOutcome.Good) Assert.Null(journal!.Append(verdict.Piece));
            else intake.Forget(verdict.Piece);
        };
        journal!.Follow(intake);
        var slabs = new SlabPool(PieceGeometry.BlockLength, 64);
        using var finished = new CancellationTokenSource();
        Task checkpoints = Task.Run(() => KeepNoting(journal, finished.Token), TestContext.Current.CancellationToken);
        int round = 0;
        while (log.Pieces(PieceOutcome.Good).Count() < torrent.Geometry.PieceCount)
        {
            int seed = round++;
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(
                () => Send(torrent, intake, slabs, new Random(4 * seed + i), liesOneIn: 20 * round))));
            await intake.DrainAsync();
            Assert.Equal(0, intake.QueuedBytes);
            // Pieces that are not whole yet may be held to be hashed beside others.
            Assert.InRange(slabs.Outstanding, 0, HeldBytes.Max / PieceGeometry.BlockLength);
        }
        await finished.CancelAsync();
        await checkpoints;
        Assert.Null(journal.Close());
        AssertAllTrusted(torrent, storage!);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Bitfield good = await new Verifier(storage!, hashes).RunAsync(null, null, cancellation);
        Assert.True(good.IsFull);
        for (int i = 0; i < torrent.Info.Files.Length; i++)
            if (storage!.PathOf(i) is { } path)
                Assert.True(torrent.FileContent(i).Span.SequenceEqual(File.ReadAllBytes(path)));
        await intake.DisposeAsync();
        Assert.Equal(0, slabs.Outstanding);
        storage!.Dispose();
    }

    private static void KeepNoting(ResumeJournal journal, CancellationToken end)
    {
        while (!end.IsCancellationRequested) Assert.Null(journal.Checkpoint(TimeSpan.Zero));
    }

    /// <summary>However notes and verdicts met, every piece is known at the end, and none is unfinished.</summary>
    private static void AssertAllTrusted(TestTorrent torrent, TorrentStorage storage)
    {
        Assert.Null(ResumeJournal.Open(torrent.Info, storage, RealFileSystem.Instance, out ResumeJournal? journal));
        Assert.True(journal!.Trusted.IsFull);
        Assert.Empty(journal.Unfinished);
        journal.Dispose();
    }

    private static void Send(TestTorrent torrent, BlockIntake intake, SlabPool slabs, Random random, int liesOneIn)
    {
        PieceGeometry geometry = torrent.Geometry;
        var blocks = new List<BlockSpan>();
        for (int i = 0; i < geometry.PieceCount; i++)
            for (int block = 0; block < geometry.BlockCount(geometry.Piece(i)); block++)
                blocks.Add(geometry.Block(geometry.Piece(i), block));
        BlockSpan[] twice = [.. blocks, .. blocks];
        random.Shuffle(twice);
        foreach (BlockSpan block in twice)
        {
            Slab slab = slabs.Rent();
            torrent.Block(block).CopyTo(slab.Array);
            if (random.Next(liesOneIn) == 0) slab.Array[0] ^= 1;
            intake.Accept(block.Piece, block.Begin, new SlabSlice(slab, 0, block.Length));
            slab.Release();
            if (random.Next(8) == 0) intake.Submit();
        }
    }
}
