using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests;

public sealed class TorrentStorageTests
{
    private const int PieceLength = 32 * 1024;

    private readonly MemoryFileSystem _disk = new();

    // v1: a is 0..10, c is 10..40010 (pieces 0 and 1), d is 40010..40013 (piece 1), e is the rest (pieces 1 to 3).
    private readonly TestTorrent _torrent = TestTorrents.Create(
        TorrentVersion.V1, PieceLength, ("a", 10), ("b", 0), ("c", 40_000), ("d", 3), ("e", 60_000));

    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void What_was_written_in_odd_buffers_is_read_in_others_and_lies_in_the_files(TorrentVersion version)
    {
        TestTorrent torrent = TestTorrents.Create(
            version, PieceLength, ("a", 10), ("b", 0), ("c", 40_000), ("d", 3), ("e", 60_000));
        using TorrentStorage storage = Open(torrent, StorageOptions.Default);
        WriteAll(storage, torrent);
        for (int i = 0; i < torrent.Geometry.PieceCount; i++)
        {
            PieceIndex piece = torrent.Geometry.Piece(i);
            int length = torrent.Geometry.Length(piece);
            byte[] first = Dirty(length / 3), rest = Dirty(length - length / 3);
            Assert.Null(storage.Read(new BlockSpan(piece, 0, length), [first, rest]));
            Assert.True(torrent.Piece(piece).Span.SequenceEqual([.. first, .. rest]));
        }
        int[] files = [.. Enumerable.Range(0, torrent.Info.Files.Length).Where(i => storage.PathOf(i) is not null)];
        Assert.Equal(5, files.Length);
        AssertFiles(storage, torrent, files);
    }

    [Fact]
    public void Empty_files_are_there_from_the_start_and_others_with_their_first_byte()
    {
        using TorrentStorage storage = Open(_torrent, StorageOptions.Default);
        Assert.Equal(["/d/shoal/b"], _disk.Paths);
        Assert.Equal(0, storage.StoredLength(2));
    }

    [Fact]
    public void Files_to_read_are_found_under_the_very_names_of_the_torrent()
    {
        TestTorrent torrent = TestTorrents.Create(
            TorrentVersion.V1, PieceLength, ("a\u0001b/c:d", 40_000), ("safe", 10_000));
        _disk.CreateFolder("/d/shoal");
        _disk["/d/shoal/a\u0001b/c:d"] = torrent.FileContent(0).ToArray();
        _disk["/d/shoal/safe"] = torrent.FileContent(1).ToArray();
        using TorrentStorage seeding = Open(torrent, new StorageOptions { ReadOnly = true });
        byte[] piece = new byte[PieceLength];
        Assert.Null(seeding.Read(new BlockSpan(torrent.Geometry.Piece(0), 0, PieceLength), [piece]));
        Assert.True(torrent.Piece(torrent.Geometry.Piece(0)).Span.SequenceEqual(piece));
        // What is downloaded goes by safe names all the same.
        using TorrentStorage downloading = Open(torrent, StorageOptions.Default);
        Assert.Equal("/d/shoal/a_b/c_d", downloading.PathOf(0));
        // And what was downloaded is found to be read.
        _disk.Delete("/d/shoal/a\u0001b/c:d");
        using TorrentStorage seedingDownload = Open(torrent, new StorageOptions { ReadOnly = true });
        Assert.Equal("/d/shoal/a_b/c_d", seedingDownload.PathOf(0));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("x/y")]
    public void A_name_that_leads_out_of_its_folder_is_never_tried(string element)
    {
        TestTorrent torrent = TestTorrents.Create(
            TorrentVersion.V1, PieceLength, "shoal", single: false,
            [new TorrentFile { Path = [element, "secret"], Length = 10, Offset = 0 }]);
        _disk.CreateFolder("/d/shoal");
        _disk["/d/secret"] = new byte[10];
        _disk["/d/shoal/x/y/secret"] = new byte[10];
        using TorrentStorage storage = Open(torrent, new StorageOptions { ReadOnly = true });
        Assert.DoesNotContain(storage.PathOf(0), _disk.Paths);
    }

    [Fact]
    public void A_run_in_one_file_is_one_call()
    {
        using TorrentStorage storage = Open(_torrent, StorageOptions.Default);
        WriteAll(storage, _torrent);
        int reads = _disk.Reads;
        var run = new BlockSpan(_torrent.Geometry.Piece(2), 0, 20_000);
        Assert.Null(storage.Read(run, [new byte[10_000], new byte[10_000]]));
        Assert.Equal(reads + 1, _disk.Reads);
    }

    [Fact]
    public void A_missing_or_short_file_is_an_error_and_not_zeros()
    {
        using TorrentStorage storage = Open(_torrent, StorageOptions.Default);
        var run = new BlockSpan(_torrent.Geometry.Piece(0), 0, 100);
        Assert.Equal(StorageFault.Missing, storage.Read(run, [new byte[100]])!.Kind);
        _disk["/d/shoal/a"] = new byte[10];
        _disk["/d/shoal/c"] = new byte[89];
        StorageError? error = storage.Read(run, [new byte[100]]);
        Assert.Equal(StorageFault.Missing, error!.Kind);
        Assert.Contains("shoal/c", error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Allocated_files_have_their_whole_length_and_need_the_space()
    {
        var options = new StorageOptions { Preallocate = true };
        _disk.Free = 100_012;
        StorageError? error = TorrentStorage.Open(_torrent.Info, "/d", options, new FileHandlePool(_disk), out _);
        Assert.Equal(StorageFault.DiskFull, error!.Kind);
        Assert.DoesNotContain("/d/shoal/a", _disk.Paths);
        _disk.Free = 100_013;
        using TorrentStorage storage = Open(_torrent, options);
        for (int i = 0; i < 5; i++) Assert.Equal(_torrent.Info.Files[i].Length, storage.StoredLength(i));
    }

    [Fact]
    public void A_longer_file_is_cut_when_it_is_written()
    {
        _disk.CreateFolder("/d/shoal");
        _disk["/d/shoal/e"] = new byte[70_000];
        using TorrentStorage storage = Open(_torrent, StorageOptions.Default);
        WriteAll(storage, _torrent);
        AssertFiles(storage, _torrent, 0, 1, 2, 3, 4);
    }

    [Fact]
    public void A_read_only_storage_makes_and_changes_nothing()
    {
        var options = new StorageOptions { ReadOnly = true };
        using var handles = new FileHandlePool(_disk);
        Assert.Equal(StorageFault.Missing, TorrentStorage.Open(_torrent.Info, "/d", options, handles, out _)!.Kind);
        _disk.CreateFolder("/d");
        using TorrentStorage storage = Open(_torrent, options);
        Assert.Equal(StorageFault.ReadOnly, storage.Write(_torrent.Geometry.Piece(0), 0, [new byte[1]])!.Kind);
        Assert.Empty(_disk.Paths);
    }

    [Fact]
    public void Bytes_of_unwanted_files_in_shared_pieces_are_kept_aside()
    {
        using TorrentStorage storage = Open(_torrent, Only(3));
        PieceIndex shared = _torrent.Geometry.Piece(1);
        Assert.Null(storage.Write(shared, 0, [_torrent.Piece(shared)]));
        byte[] read = Dirty(PieceLength);
        Assert.Null(storage.Read(new BlockSpan(shared, 0, PieceLength), [read]));
        Assert.True(_torrent.Piece(shared).Span.SequenceEqual(read));
        Assert.Equal(["/d/" + PartName, "/d/shoal/d"], _disk.Paths.Order());
        StorageError? error = storage.Write(_torrent.Geometry.Piece(2), 0, [new byte[1]]);
        Assert.Contains("not one of the selected files", error!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_kept_aside_goes_to_its_files_when_they_are_wanted()
    {
        using (TorrentStorage storage = Open(_torrent, Only(0, 3)))
        {
            for (int i = 0; i < 2; i++)
                Assert.Null(storage.Write(_torrent.Geometry.Piece(i), 0, [_torrent.Piece(_torrent.Geometry.Piece(i))]));
        }
        using (TorrentStorage storage = Open(_torrent, Only(0, 2, 3)))
        {
            AssertFiles(storage, _torrent, 0, 2, 3);
            Assert.Contains("/d/" + PartName, _disk.Paths);
        }
        using (TorrentStorage storage = Open(_torrent, StorageOptions.Default))
        {
            Assert.DoesNotContain("/d/" + PartName, _disk.Paths);
            byte[] read = Dirty(PieceLength);
            PieceIndex shared = _torrent.Geometry.Piece(1);
            Assert.Null(storage.Read(new BlockSpan(shared, 0, PieceLength), [read]));
            Assert.True(_torrent.Piece(shared).Span.SequenceEqual(read));
        }
    }

    [Fact]
    public void An_unwanted_file_that_exists_is_used()
    {
        using (TorrentStorage storage = Open(_torrent, StorageOptions.Default)) WriteAll(storage, _torrent);
        using (TorrentStorage storage = Open(_torrent, Only(0)))
        {
            byte[] read = Dirty(PieceLength);
            Assert.Null(storage.Read(new BlockSpan(_torrent.Geometry.Piece(2), 0, PieceLength), [read]));
            Assert.True(_torrent.Piece(_torrent.Geometry.Piece(2)).Span.SequenceEqual(read));
        }
    }

    [Fact]
    public void Content_under_names_of_its_own_is_read_in_place()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.Hybrid, PieceLength, ("CON", 10), ("x ", 20));
        _disk["/my/CON"] = torrent.FileContent(0).ToArray();
        _disk["/my/x "] = torrent.FileContent(2).ToArray();
        var options = new StorageOptions { ReadOnly = true, ExistingPaths = ["/my/CON", "", "/my/x ", ""] };
        using TorrentStorage storage = Open(torrent, options);
        byte[] read = Dirty(20);
        Assert.Null(storage.Read(new BlockSpan(torrent.Geometry.Piece(1), 0, 20), [read]));
        Assert.True(torrent.FileContent(2).Span.SequenceEqual(read));
    }

    [Fact]
    public void A_program_can_be_run()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, PieceLength, "p", single: false,
            [new TorrentFile { Path = ["run"], Length = 1, Offset = 0, IsExecutable = true }]);
        using TorrentStorage storage = Open(torrent, StorageOptions.Default);
        WriteAll(storage, torrent);
        Assert.True(_disk.IsExecutable("/d/p/run"));
    }

    [Fact]
    public void Flush_reaches_every_file_that_was_written_once()
    {
        using TorrentStorage storage = Open(_torrent, StorageOptions.Default);
        WriteAll(storage, _torrent);
        Assert.Null(storage.Flush());
        Assert.Equal(4, _disk.Flushes);
        Assert.Null(storage.Flush());
        Assert.Equal(4, _disk.Flushes);
    }

    [Fact]
    public void A_failed_flush_is_tried_again()
    {
        using TorrentStorage storage = Open(_torrent, StorageOptions.Default);
        WriteAll(storage, _torrent);
        _disk.Fault = (operation, path) => operation == "flush" && path.EndsWith("/c", StringComparison.Ordinal)
            ? new StorageError(StorageFault.Other, "bad sector")
            : null;
        Assert.NotNull(storage.Flush());
        Assert.Equal(3, _disk.Flushes);
        _disk.Fault = (_, _) => null;
        Assert.Null(storage.Flush());
        Assert.Equal(4, _disk.Flushes);
    }

    [Fact]
    public void Ten_thousand_files_are_made_and_read_with_few_handles()
    {
        (string, int)[] files = [.. Enumerable.Range(0, 10_000).Select(i => ($"f{i:d5}", i % 3))];
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, files);
        using var handles = new FileHandlePool(_disk, 8);
        Assert.Null(TorrentStorage.Open(torrent.Info, "/d", StorageOptions.Default, handles, out var storage));
        WriteAll(storage!, torrent);
        Assert.Equal(10_000, _disk.Paths.Count());
        Assert.InRange(_disk.OpenHandles, 1, 8);
        byte[] read = Dirty(1696);
        Assert.Null(storage!.Read(new BlockSpan(torrent.Geometry.Piece(0), 0, 1696), [read]));
        Assert.True(torrent.Piece(torrent.Geometry.Piece(0)).Span[..1696].SequenceEqual(read));
        storage.Dispose();
    }

    private string PartName => $".shoal.{_torrent.Info.Hashes.ToString()[..8]}.parts";

    private TorrentStorage Open(TestTorrent torrent, StorageOptions options)
    {
        Assert.Null(TorrentStorage.Open(torrent.Info, "/d", options, new FileHandlePool(_disk), out var storage));
        return storage!;
    }

    private static StorageOptions Only(params int[] files) => new() { SelectedFiles = files.ToHashSet() };

    private static void WriteAll(TorrentStorage storage, TestTorrent torrent)
    {
        for (int i = 0; i < torrent.Geometry.PieceCount; i++)
        {
            PieceIndex piece = torrent.Geometry.Piece(i);
            ReadOnlyMemory<byte> bytes = torrent.Piece(piece);
            int cut = Math.Min(bytes.Length, 777);
            Assert.Null(storage.Write(piece, 0, [bytes[..cut]]));
            int half = (bytes.Length - cut) / 2 + cut;
            Assert.Null(storage.Write(piece, cut, [bytes[cut..half], bytes[half..]]));
        }
    }

    private void AssertFiles(TorrentStorage storage, TestTorrent torrent, params int[] files)
    {
        foreach (int file in files)
            Assert.True(torrent.FileContent(file).Span.SequenceEqual(_disk[storage.PathOf(file) ?? "none"]), $"{file}");
    }

    private static byte[] Dirty(int length)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, (byte)0xcc);
        return bytes;
    }
}
