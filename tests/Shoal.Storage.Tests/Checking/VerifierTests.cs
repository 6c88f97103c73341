using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Checking;

public sealed class VerifierTests
{
    private readonly MemoryFileSystem _disk = new();
    private readonly VerdictLog _log = new();

    public static TheoryData<TorrentVersion, int> Forms => new()
    {
        { TorrentVersion.V1, 16 * 1024 }, { TorrentVersion.V2, 16 * 1024 }, { TorrentVersion.Hybrid, 16 * 1024 },
        { TorrentVersion.V1, 2 << 20 }, { TorrentVersion.V2, 2 << 20 }, { TorrentVersion.Hybrid, 2 << 20 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Right_pieces_are_good_and_one_with_a_wrong_byte_is_not(TorrentVersion version, int pieceLength)
    {
        TestTorrent torrent = Folder(version, pieceLength);
        PutOnDisk(torrent);
        Bitfield good = await Verify(torrent);
        Assert.True(good.IsFull);
        Assert.Equal(torrent.Geometry.PieceCount, _log.Verdicts.Count);

        int file = torrent.Info.Files.ToList().FindIndex(f => f.Path[^1] == "three.bin");
        long at = torrent.Info.Files[file].Length / 2;
        byte[] bytes = _disk["/d/shoal/c/three.bin"];
        bytes[at] ^= 1;
        _disk["/d/shoal/c/three.bin"] = bytes;
        int bad = (int)((torrent.Info.Files[file].Offset + at) / pieceLength);
        _log.Verdicts.Clear();
        good = await Verify(torrent);
        Assert.Equal([bad], _log.Pieces(PieceOutcome.BadHash));
        Assert.Equal(torrent.Geometry.PieceCount - 1, good.Count);
        Assert.False(good[bad]);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Pieces_of_missing_and_short_files_are_told_apart_from_wrong_ones(
        TorrentVersion version, int pieceLength)
    {
        TestTorrent torrent = Folder(version, pieceLength);
        PutOnDisk(torrent);
        _disk.Delete("/d/shoal/a/one.bin");
        byte[] three = _disk["/d/shoal/c/three.bin"];
        _disk["/d/shoal/c/three.bin"] = three[..^1];
        Bitfield good = await Verify(torrent);
        int[] expected = [.. Enumerable.Range(0, torrent.Geometry.PieceCount).Where(i => torrent.Info.Files.Any(f =>
            (f.Path[^1] == "one.bin" && Touches(torrent, i, f.Offset, f.End))
            || (f.Path[^1] == "three.bin" && Touches(torrent, i, f.End - 1, f.End))))];
        Assert.Equal(expected, _log.Pieces(PieceOutcome.Missing));
        Assert.Equal(torrent.Geometry.PieceCount - expected.Length, good.Count);
        Assert.Equal(torrent.Geometry.PieceCount, _log.Verdicts.Count);
    }

    [Fact]
    public async Task Only_wanted_pieces_are_looked_at()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1, 16 * 1024);
        PutOnDisk(torrent);
        var wanted = new Bitfield(torrent.Geometry.PieceCount);
        foreach (int piece in new[] { 1, 2, 7, torrent.Geometry.PieceCount - 1 }) wanted.Set(piece);
        Bitfield good = await Verify(torrent, wanted);
        Assert.Equal([1, 2, 7, torrent.Geometry.PieceCount - 1], _log.Pieces(PieceOutcome.Good));
        Assert.Equal(4, good.Count);
    }

    [Fact]
    public async Task Small_pieces_are_read_many_at_a_time()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("a.bin", 3 << 20));
        PutOnDisk(torrent);
        Assert.True((await Verify(torrent)).IsFull);
        Assert.Equal(3, _disk.Reads);
    }

    [Fact]
    public async Task Nothing_is_read_where_nothing_is_there()
    {
        Assert.True((await Verify(Folder(TorrentVersion.V1, 16 * 1024))).IsEmpty);
        Assert.Equal(0, _disk.Reads);
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes_that_are_not_padding()
    {
        TestTorrent torrent = Folder(TorrentVersion.Hybrid, 16 * 1024);
        PutOnDisk(torrent);
        using TorrentStorage storage = Open(torrent);
        var verifier = new Verifier(storage, new PieceHashes(torrent.Info, Roots.Of(torrent)));
        await verifier.RunAsync(null, null, TestContext.Current.CancellationToken);
        Assert.Equal(torrent.Info.ContentLength, verifier.CheckedBytes);
    }

    [Fact]
    public async Task A_cancelled_check_ends_as_cancelled()
    {
        TestTorrent torrent = Folder(TorrentVersion.V1, 16 * 1024);
        PutOnDisk(torrent);
        using var cancel = new CancellationTokenSource();
        _log.Then = _ => cancel.Cancel();
        using TorrentStorage storage = Open(torrent);
        var verifier = new Verifier(storage, new PieceHashes(torrent.Info, null));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => verifier.RunAsync(null, _log, cancel.Token));
        Assert.InRange(_log.Verdicts.Count, 1, torrent.Geometry.PieceCount - 1);
    }

    [Fact]
    public async Task A_disk_that_fails_is_named_and_the_rest_is_checked()
    {
        TestTorrent torrent = Folder(TorrentVersion.V2, 16 * 1024);
        PutOnDisk(torrent);
        _disk.Fault = (operation, path) => operation == "read" && path.EndsWith("one.bin", StringComparison.Ordinal)
            ? new StorageError(StorageFault.Other, "bad sector")
            : null;
        Bitfield good = await Verify(torrent);
        Assert.Equal(10, _log.Pieces(PieceOutcome.DiskError).Count());
        Assert.Equal(torrent.Geometry.PieceCount - 10, good.Count);
        Assert.Contains(_log.Verdicts, v => v.Error?.Sentence == "bad sector");
    }

    [Fact]
    public async Task The_forest_of_a_torrent_tells_the_roots_of_its_pieces()
    {
        TestTorrent torrent = Folder(TorrentVersion.V2, 16 * 1024);
        PutOnDisk(torrent);
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        using TorrentStorage storage = Open(torrent);
        var verifier = new Verifier(storage, new PieceHashes(torrent.Info, forest.TryPieceRoot));
        Bitfield good = await verifier.RunAsync(null, _log, TestContext.Current.CancellationToken);
        Assert.True(good.IsFull);

        var bare = new HashForest(torrent.Info);
        verifier = new Verifier(storage, new PieceHashes(torrent.Info, bare.TryPieceRoot));
        good = await verifier.RunAsync(null, _log, TestContext.Current.CancellationToken);
        Assert.Equal(2, good.Count);
        Assert.Equal(torrent.Geometry.PieceCount - 2, _log.Pieces(PieceOutcome.RootUnknown).Count());
    }

    private static TestTorrent Folder(TorrentVersion version, int pieceLength) => TestTorrents.Create(
        version, pieceLength, ("a/one.bin", 150_000), ("b/empty", 0), ("b/two.bin", 1),
        ("c/four.bin", 70_000), ("c/three.bin", 2_500_000), ("d.txt", 100));

    private static bool Touches(TestTorrent torrent, int piece, long start, long end)
    {
        long offset = torrent.Geometry.Offset(torrent.Geometry.Piece(piece));
        return start < offset + torrent.Geometry.PieceLength && offset < end;
    }

    private void PutOnDisk(TestTorrent torrent)
    {
        _disk.CreateFolder("/d");
        using TorrentStorage storage = Open(torrent);
        for (int i = 0; i < torrent.Info.Files.Length; i++)
            if (storage.PathOf(i) is { } path) _disk[path] = torrent.FileContent(i).ToArray();
    }

    private TorrentStorage Open(TestTorrent torrent)
    {
        Assert.Null(TorrentStorage.Open(
            torrent.Info, "/d", StorageOptions.Default, new FileHandlePool(_disk), out TorrentStorage? storage));
        return storage!;
    }

    private async Task<Bitfield> Verify(TestTorrent torrent, Bitfield? wanted = null)
    {
        using TorrentStorage storage = Open(torrent);
        var verifier = new Verifier(storage, new PieceHashes(torrent.Info, Roots.Of(torrent)));
        return await verifier.RunAsync(wanted, _log, TestContext.Current.CancellationToken, readers: 3);
    }
}
