using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Intake;

public sealed class BlockIntakeTests
{
    private const int PieceLength = 64 * 1024;

    public static TheoryData<TorrentVersion> Versions =>
        [TorrentVersion.V1, TorrentVersion.V2, TorrentVersion.Hybrid];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Blocks_in_order_give_right_files_and_good_pieces(TorrentVersion version)
    {
        await using var rig = new IntakeRig(Folder(version));
        rig.AcceptAndWork(rig.AllBlocks);
        Assert.Equal(Enumerable.Range(0, rig.Geometry.PieceCount), rig.Log.Pieces(PieceOutcome.Good));
        rig.AssertFilesAreRight();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Any_order_of_blocks_in_any_turns_gives_right_files_and_good_pieces(TorrentVersion version)
    {
        TestTorrent torrent = Folder(version);
        Prop.ForAll<int>(seed => Shuffled(torrent, new Random(seed))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_turn_of_adjacent_blocks_is_one_write()
    {
        await using var rig = new IntakeRig(OnePiece(TorrentVersion.V1));
        rig.AcceptAndWork(rig.BlocksOf(0));
        Assert.Equal(1, rig.Disk.Writes);
        Assert.Equal(0, rig.Disk.Reads);
    }

    [Fact]
    public async Task A_block_after_a_gap_is_written_at_once_and_read_back_once_the_gap_is_filled()
    {
        await using var rig = new IntakeRig(OnePiece(TorrentVersion.V1));
        BlockSpan[] blocks = [.. rig.BlocksOf(0)];
        rig.AcceptAndWork([blocks[1], blocks[3]]);
        Assert.Equal(2, rig.Disk.Writes);
        rig.AcceptAndWork([blocks[0]]);
        Assert.Equal(1, rig.Disk.Reads);
        rig.AcceptAndWork([blocks[2]]);
        Assert.Equal(2, rig.Disk.Reads);
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Leaves_of_v2_need_no_order_and_no_reading_back()
    {
        await using var rig = new IntakeRig(OnePiece(TorrentVersion.V2));
        rig.AcceptAndWork(rig.BlocksOf(0).Reverse());
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
        Assert.Equal(0, rig.Disk.Reads);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task One_wrong_byte_is_found_and_the_piece_can_be_had_again(TorrentVersion version)
    {
        await using var rig = new IntakeRig(Folder(version));
        BlockSpan[] blocks = [.. rig.BlocksOf(0)];
        for (int i = 0; i < blocks.Length; i++) Assert.True(rig.Accept(blocks[i], corrupt: i == 2));
        rig.Work();
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.BadHash));
        Assert.False(rig.Accept(blocks[0]));

        byte[] bad = new byte[blocks.Length * Sha256Hash.Length];
        Assert.Null(rig.Intake.HashBlocks(rig.Piece(0), bad));
        byte[] right = rig.Torrent.Leaves(rig.Piece(0));
        for (int i = 0; i < blocks.Length; i++)
            Assert.Equal(i != 2, bad.AsSpan(i * 32, 32).SequenceEqual(right.AsSpan(i * 32, 32)));

        rig.Intake.Forget(rig.Piece(0));
        rig.AcceptAndWork(blocks);
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_block_that_came_before_is_refused_and_its_slab_not_kept()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        BlockSpan first = rig.BlocksOf(0).First();
        Assert.True(rig.Accept(first));
        Assert.False(rig.Accept(first, corrupt: true));
        rig.Work();
        Assert.False(rig.Accept(first, corrupt: true));
        rig.AcceptAndWork(rig.BlocksOf(0).Skip(1));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
        Assert.False(rig.Accept(first, corrupt: true));
    }

    [Fact]
    public async Task Blocks_of_pieces_that_are_there_already_are_refused()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1);
        var have = new Bitfield(torrent.Geometry.PieceCount);
        have.Set(0);
        await using var rig = new IntakeRig(torrent, have: have);
        Assert.False(rig.Accept(rig.BlocksOf(0).First()));
        Assert.True(rig.Accept(rig.BlocksOf(1).First()));
        rig.Intake.Forget(rig.Piece(0));
        Assert.True(rig.Accept(rig.BlocksOf(0).First()));
    }

    [Fact]
    public async Task Only_whole_blocks_are_taken()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        Slab slab = rig.Slabs.Rent();
        (int, int)[] spans = [(1, 16384), (0, 16383), (PieceLength, 16384), (-16384, 16384), (0, 0)];
        foreach ((int begin, int length) in spans)
            Assert.Throws<ArgumentException>(
                () => rig.Intake.Accept(rig.Piece(0), begin, new SlabSlice(slab, 0, length)));
        slab.Release();
    }

    [Fact]
    public async Task Several_blocks_in_one_slice_are_taken_together()
    {
        await using var rig = new IntakeRig(OnePiece(TorrentVersion.Hybrid));
        Slab slab = rig.Slabs.Rent();
        rig.Torrent.Piece(rig.Piece(0)).CopyTo(slab.Array);
        Assert.True(rig.Intake.Accept(rig.Piece(0), 0, new SlabSlice(slab, 0, PieceLength)));
        slab.Release();
        rig.Work();
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_full_disk_fails_the_piece_once_and_claims_nothing()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        rig.Disk.Free = 20_000;
        foreach (BlockSpan block in rig.BlocksOf(0)) rig.Accept(block);
        rig.Work();
        PieceVerdict verdict = Assert.Single(rig.Log.Verdicts);
        Assert.Equal(PieceOutcome.DiskError, verdict.Outcome);
        Assert.Equal(StorageFault.DiskFull, verdict.Error!.Kind);
        Assert.False(rig.Accept(rig.BlocksOf(0).First()));
        Assert.Equal(0, rig.Intake.QueuedBytes);

        rig.Disk.Free = long.MaxValue;
        rig.Intake.Forget(rig.Piece(0));
        rig.AcceptAndWork(rig.BlocksOf(0));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_piece_whose_root_is_unknown_waits_until_it_is_asked_about_again()
    {
        TestTorrent torrent = Folder(TorrentVersion.V2);
        PieceRootLookup all = Roots.Of(torrent)!;
        bool known = false;
        bool Lookup(PieceIndex piece, out Sha256Hash root, out int leafCount) =>
            all(piece, out root, out leafCount) && known;
        await using var rig = new IntakeRig(torrent, Lookup);
        rig.AcceptAndWork(rig.BlocksOf(0));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.RootUnknown));
        rig.Intake.Recheck(rig.Piece(0));
        rig.Work();
        Assert.Equal(2, rig.Log.Verdicts.Count);
        known = true;
        rig.Intake.Recheck(rig.Piece(0));
        rig.Work();
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
        Assert.Equal(0, rig.Disk.Reads);
    }

    [Fact]
    public async Task A_hybrid_whose_roots_are_unknown_is_judged_by_its_first_generation()
    {
        static bool Unknown(PieceIndex piece, out Sha256Hash root, out int leafCount)
        {
            root = default;
            leafCount = 0;
            return false;
        }
        await using var rig = new IntakeRig(Folder(TorrentVersion.Hybrid), Unknown);
        rig.AcceptAndWork(rig.BlocksOf(0));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Asking_about_a_piece_with_missing_blocks_does_nothing()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        rig.Intake.Recheck(rig.Piece(0));
        rig.Work();
        rig.AcceptAndWork(rig.BlocksOf(0).Take(2));
        rig.Intake.Recheck(rig.Piece(0));
        rig.Work();
        Assert.Empty(rig.Log.Verdicts);
        rig.AcceptAndWork(rig.BlocksOf(0).Skip(2));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_piece_of_nothing_but_padding_is_good_when_asked_about()
    {
        TestTorrent torrent = PaddedV1();
        await using var rig = new IntakeRig(torrent);
        Assert.Equal(0, rig.Geometry.BlockCount(rig.Piece(1)));
        rig.Intake.Recheck(rig.Piece(1));
        rig.Work();
        Assert.Equal([1], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Forgetting_within_a_verdict_starts_the_piece_anew()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        rig.Log.Then = verdict => rig.Intake.Forget(verdict.Piece);
        rig.Accept(rig.BlocksOf(0).First(), corrupt: true);
        rig.AcceptAndWork(rig.BlocksOf(0).Skip(1));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.BadHash));
        rig.Log.Then = _ => { };
        rig.AcceptAndWork(rig.BlocksOf(0));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Forgetting_while_a_write_is_under_way_voids_what_it_wrote()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        bool forgotten = false;
        rig.Disk.Fault = (operation, _) =>
        {
            if (operation != "write" || forgotten) return null;
            forgotten = true;
            rig.Intake.Forget(rig.Piece(0));
            foreach (BlockSpan block in rig.BlocksOf(0).Skip(1)) Assert.True(rig.Accept(block));
            return null;
        };
        foreach (BlockSpan block in rig.BlocksOf(0)) rig.Accept(block, corrupt: true);
        rig.Work();
        Assert.Empty(rig.Log.Verdicts);
        rig.AcceptAndWork(rig.BlocksOf(0).Take(1));
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task Every_byte_taken_is_told_as_settled_whatever_becomes_of_it()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        BlockSpan[] blocks = [.. rig.BlocksOf(0)];
        rig.AcceptAndWork(blocks[..1]);
        Assert.Equal(PieceGeometry.BlockLength, rig.Log.SettledBytes);
        Assert.True(rig.Accept(blocks[1]));
        rig.Intake.Forget(rig.Piece(0));
        Assert.Equal(2 * PieceGeometry.BlockLength, rig.Log.SettledBytes);
        rig.Disk.Free = 0;
        rig.Accept(blocks[0]);
        rig.Work();
        Assert.Equal(3 * PieceGeometry.BlockLength, rig.Log.SettledBytes);
        rig.Accept(rig.BlocksOf(1).First());
        await rig.Intake.DisposeAsync();
        Assert.Equal(4 * PieceGeometry.BlockLength, rig.Log.SettledBytes);
    }

    [Fact]
    public async Task Closing_releases_blocks_that_nobody_submitted()
    {
        var rig = new IntakeRig(Folder(TorrentVersion.V1));
        Assert.True(rig.Accept(rig.BlocksOf(0).First()));
        Assert.Equal(PieceGeometry.BlockLength, rig.Intake.QueuedBytes);
        await rig.Intake.DisposeAsync();
        Assert.Equal(0, rig.Slabs.Outstanding);
        Assert.False(rig.Accept(rig.BlocksOf(1).First()));
        await rig.DisposeAsync();
    }

    [Theory]
    [InlineData("write")]
    [InlineData("open")]
    public async Task A_file_system_that_throws_costs_the_piece_and_not_the_process(string operation)
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        rig.Disk.Fault = (what, _) => what == operation ? throw new InvalidOperationException("broken") : null;
        BlockSpan[] blocks = [.. rig.BlocksOf(0)];
        rig.AcceptAndWork(blocks[..2]);
        Assert.Equal("broken", Assert.Single(rig.Log.Faults).Message);
        Assert.Empty(rig.Log.Verdicts);
        Assert.Equal(2 * PieceGeometry.BlockLength, rig.Log.SettledBytes);
        Assert.False(rig.Accept(blocks[2]));
        await rig.Intake.DrainAsync();
        rig.Disk.Fault = (_, _) => null;
        rig.Intake.Forget(rig.Piece(0));
        rig.AcceptAndWork(blocks);
        Assert.Equal([0], rig.Log.Pieces(PieceOutcome.Good));
    }

    [Fact]
    public async Task A_listener_that_throws_is_told_and_the_intake_goes_on()
    {
        await using var rig = new IntakeRig(Folder(TorrentVersion.V1));
        rig.Log.Then = _ => throw new InvalidOperationException("deaf");
        rig.AcceptAndWork(rig.BlocksOf(0));
        Assert.Equal("deaf", Assert.Single(rig.Log.Faults).Message);
        rig.Log.Then = _ => { };
        rig.AcceptAndWork(rig.BlocksOf(1));
        Assert.Equal([0, 1], rig.Log.Pieces(PieceOutcome.Good));
    }

    private static TestTorrent Folder(TorrentVersion version) => TestTorrents.Create(
        version, PieceLength, ("a/one.bin", 150_000), ("b/empty", 0), ("b/two.bin", 1),
        ("c/three.bin", 3 * PieceLength), ("c/four.bin", 70_000), ("d.txt", 100));

    private static TestTorrent OnePiece(TorrentVersion version) =>
        TestTorrents.Create(version, PieceLength, ("a.bin", PieceLength));

    private static TestTorrent PaddedV1() => TestTorrents.Create(
        TorrentVersion.V1, PieceLength, "padded", single: false,
        [
            new TorrentFile { Path = ["-"], Length = 10, Offset = 0 },
            new TorrentFile { Path = [".pad", "1"], Length = 2 * PieceLength - 10, Offset = 0, IsPadding = true },
            new TorrentFile { Path = ["b"], Length = 10, Offset = 0 },
        ]);

    private static void Shuffled(TestTorrent torrent, Random random)
    {
        var rig = new IntakeRig(torrent);
        BlockSpan[] blocks = [.. rig.AllBlocks];
        random.Shuffle(blocks);
        foreach (BlockSpan block in blocks)
        {
            Assert.True(rig.Accept(block));
            if (random.Next(3) == 0) rig.Work(random);
        }
        rig.Work(random);
        Assert.Equal(Enumerable.Range(0, rig.Geometry.PieceCount), rig.Log.Pieces(PieceOutcome.Good));
        rig.AssertFilesAreRight();
        Assert.Equal(0, rig.Slabs.Outstanding);
        rig.Storage.Dispose();
    }
}
