using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Files;

public sealed class RealFileSystemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RealFileSystem _disk = RealFileSystem.Instance;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Vectors_are_written_and_read_at_their_place()
    {
        using IFileHandle file = Open("a", FileUse.ReadWrite);
        Assert.Null(file.Write([new byte[] { 1, 2 }, new byte[] { 3 }], 5));
        byte[] first = new byte[1], rest = new byte[9];
        Assert.Null(file.Read([first, rest], 4, out long count));
        Assert.Equal(4, count);
        Assert.Equal(0, first[0]);
        Assert.Equal([1, 2, 3], rest[..3]);
        Assert.Equal(8, file.Length);
    }

    [Fact]
    public void More_buffers_than_one_system_call_takes_are_read_and_written_whole()
    {
        using IFileHandle file = Open("a", FileUse.ReadWrite);
        byte[] content = ContentPattern.Bytes(9000);
        ReadOnlyMemory<byte>[] data = [.. Enumerable.Range(0, 3000).Select(i => content.AsMemory(i * 3, 3))];
        Assert.Null(file.Write(data, 0));
        Memory<byte>[] into = [.. Enumerable.Range(0, 1500).Select(_ => (Memory<byte>)new byte[6])];
        Assert.Null(file.Read(into, 0, out long count));
        Assert.Equal(9000, count);
        Assert.Equal(content, into.SelectMany(m => m.ToArray()));
    }

    [Fact]
    public void What_is_missing_is_told_as_missing()
    {
        Assert.Equal(StorageFault.Missing, _disk.Open(_folder["none"], FileUse.Read, out _)!.Kind);
        Assert.Equal(StorageFault.Missing, _disk.Open(_folder["no/folder"], FileUse.ReadWrite, out _)!.Kind);
        Assert.False(_disk.TryStat(_folder["none"], out _));
        Assert.Null(_disk.Delete(_folder["none"]));
        Assert.Null(_disk.Delete(_folder["no/folder"]));
    }

    [Fact]
    public void A_file_that_is_locked_cannot_be_opened_again()
    {
        using (Open("lock", FileUse.Exclusive))
            Assert.Equal(StorageFault.Locked, _disk.Open(_folder["lock"], FileUse.Exclusive, out _)!.Kind);
        Open("lock", FileUse.Exclusive).Dispose();
    }

    [Fact]
    public void Allocation_makes_a_file_longer_and_never_touches_its_bytes()
    {
        Assert.Null(_disk.Allocate(_folder["a"], 100_000));
        Assert.True(_disk.TryStat(_folder["a"], out FileStat stat));
        Assert.Equal(100_000, stat.Length);
        using (IFileHandle file = Open("a", FileUse.ReadWrite)) Assert.Null(file.Write([new byte[] { 9 }], 50));
        Assert.Null(_disk.Allocate(_folder["a"], 200_000));
        Assert.Null(_disk.Allocate(_folder["a"], 10));
        Assert.Equal(200_000, new FileInfo(_folder["a"]).Length);
        Assert.Equal(9, File.ReadAllBytes(_folder["a"])[50]);
    }

    [Fact]
    public void A_full_disk_and_a_folder_in_the_place_of_a_file_have_clear_sentences()
    {
        Assert.Equal(StorageFault.Denied, _disk.Open(_folder.Path, FileUse.ReadWrite, out _)!.Kind);
        // The device that is always full is one of Linux.
        if (!OperatingSystem.IsLinux()) return;
        Assert.Null(_disk.Open("/dev/full", FileUse.ReadWrite, out IFileHandle? full));
        using (full)
        {
            StorageError? error = full!.Write([new byte[100]], 0);
            Assert.Equal(StorageFault.DiskFull, error!.Kind);
            Assert.StartsWith("Cannot write '/dev/full': the disk is full", error.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Links_are_read_and_not_followed_out_of_the_folder()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("t/a", 10));
        Directory.CreateDirectory(_folder["out"]);
        Directory.CreateDirectory(_folder["in/shoal"]);
        Directory.CreateSymbolicLink(_folder["in/shoal/t"], "../../out");
        using var handles = new FileHandlePool(_disk);
        Assert.Null(TorrentStorage.Open(torrent.Info, _folder["in"], StorageOptions.Default, handles, out var storage));
        StorageError? error = storage!.Write(torrent.Geometry.Piece(0), 0, [torrent.PieceSpace]);
        Assert.Equal(StorageFault.Denied, error!.Kind);
        Assert.Contains("outside the download folder", error.Sentence, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public void A_piece_beyond_4_gib_of_a_sparse_file_is_written_and_read()
    {
        const long length = 5L * 1024 * 1024 * 1024 + 1;
        TorrentInfo info = Large(length);
        using var handles = new FileHandlePool(_disk);
        Assert.Null(TorrentStorage.Open(info, _folder.Path, StorageOptions.Default, handles, out var storage));
        PieceIndex last = info.Geometry.Piece(info.Geometry.PieceCount - 1);
        PieceIndex beyond = info.Geometry.PieceAt(4L * 1024 * 1024 * 1024 + 5);
        Assert.Null(storage!.Write(last, 0, [new byte[] { 7 }]));
        Assert.Null(storage.Write(beyond, 5, [ContentPattern.Bytes(1000)]));
        byte[] read = new byte[1000];
        Assert.Null(storage.Read(new BlockSpan(beyond, 5, 1000), [read]));
        Assert.Equal(ContentPattern.Bytes(1000), read);
        Assert.Equal(length, new FileInfo(storage.PathOf(0)!).Length);
        storage.Dispose();
    }

    [Fact]
    public void A_file_can_be_made_a_program()
    {
        Open("run", FileUse.ReadWrite).Dispose();
        _disk.MarkExecutable(_folder["run"]);
        if (!OperatingSystem.IsWindows())
            Assert.True(File.GetUnixFileMode(_folder["run"]).HasFlag(UnixFileMode.UserExecute));
        _disk.MarkExecutable(_folder["none"]);
    }

    private static TorrentInfo Large(long length) => new()
    {
        Hashes = new TorrentHashes(InfoHash.OfV1([1]), null),
        Version = TorrentVersion.V1,
        Name = "large.bin",
        IsSingleFile = true,
        IsPrivate = false,
        Files = [new TorrentFile { Path = ["large.bin"], Length = length, Offset = 0 }],
        Geometry = new PieceGeometry(1 << 20, length),
        V1Pieces = new byte[InfoHash.Length * 5121],
        Raw = Array.Empty<byte>(),
    };

    private IFileHandle Open(string name, FileUse use)
    {
        Assert.Null(_disk.Open(_folder[name], use, out IFileHandle? handle));
        return handle!;
    }
}
