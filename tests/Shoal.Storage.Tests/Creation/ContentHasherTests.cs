using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Creation;
using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Creation;

public sealed class ContentHasherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<TorrentVersion, int> Forms => new()
    {
        { TorrentVersion.V1, 16 * 1024 }, { TorrentVersion.V2, 16 * 1024 }, { TorrentVersion.Hybrid, 16 * 1024 },
        { TorrentVersion.V1, 2 << 20 }, { TorrentVersion.V2, 2 << 20 }, { TorrentVersion.Hybrid, 2 << 20 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_folder_gives_the_torrent_that_plain_hashing_gives(TorrentVersion version, int pieceLength)
    {
        TestTorrent expected = TestTorrents.Create(
            version, pieceLength, ("a/one.bin", 150_000), ("a.txt", 16384), ("b/empty", 0), ("b/two.bin", 1),
            ("c/three.bin", 2_500_000), ("é/\ud83d\ude00.txt", 100), ("\uff5e", 10));
        PutOnDisk(expected);
        HashedContent content = await Hash(_folder["shoal"], version, pieceLength);
        TorrentInfo info = Read(content);
        Assert.Equal(expected.Info.Hashes, info.Hashes);
        Assert.Equal(expected.Metainfo.PieceLayers.Keys.ToHashSet(), content.PieceLayers.Keys.ToHashSet());
        foreach ((Sha256Hash root, ReadOnlyMemory<byte> layer) in content.PieceLayers)
            Assert.True(expected.Metainfo.PieceLayers[root].Span.SequenceEqual(layer.Span));
    }

    [Theory]
    [InlineData(TorrentVersion.V1, "af2698e91142120d19dd76370452c6ebf41eddad", null)]
    [InlineData(TorrentVersion.V2, null, "d35bfe3bf3ce518e89555ab79460b6f805b9d810819ac15a1582604cc6659862")]
    [InlineData(TorrentVersion.Hybrid, "e53019aa728937ccf5d84cc25cc9a5b1fbf3bc89",
        "d1de79bdac576929797dce77d22960df096fd5e654c41c79db9112b7ef46e943")]
    public async Task A_file_has_the_info_hash_of_the_reference_vector(TorrentVersion version, string? v1, string? v2)
    {
        File.WriteAllBytes(_folder["pat.bin"], ContentPattern.Bytes(49153));
        HashedContent content = await Hash(_folder["pat.bin"], version, 32768);
        TorrentInfo info = Read(content);
        Assert.Equal(v1, info.Hashes.V1?.ToString());
        Assert.Equal(v2, info.Hashes.V2?.ToString());
    }

    [Fact]
    public async Task Hashed_content_is_seeded_where_it_lies_whatever_its_names_are()
    {
        Directory.CreateDirectory(_folder["my files"]);
        File.WriteAllBytes(_folder["my files/nul.txt"], ContentPattern.Bytes(20_000));
        File.WriteAllBytes(_folder["my files/b"], ContentPattern.Bytes(30));
        HashedContent content = await Hash(_folder["my files"], TorrentVersion.Hybrid, 16384);
        TorrentInfo info = Read(content);
        using var handles = new FileHandlePool(RealFileSystem.Instance);
        var options = new StorageOptions { ReadOnly = true, ExistingPaths = content.Paths };
        Assert.Null(TorrentStorage.Open(info, _folder.Path, options, handles, out TorrentStorage? storage));
        byte[] read = new byte[16384];
        Assert.Null(storage!.Read(new BlockSpan(info.Geometry.Piece(1), 0, 16384), [read]));
        Assert.Equal(ContentPattern.Bytes(16384), read);
        storage.Dispose();
    }

    [Fact]
    public async Task Thousands_of_small_files_are_hashed()
    {
        (string Path, int Length)[] files = [.. Enumerable.Range(0, 3000).Select(i => ($"{i % 7}/{i}", i % 50))];
        TestTorrent expected = TestTorrents.Create(TorrentVersion.Hybrid, 16384, files);
        PutOnDisk(expected);
        HashedContent content = await Hash(_folder["shoal"], TorrentVersion.Hybrid, 16384);
        TorrentInfo info = Read(content);
        Assert.Equal(expected.Info.Hashes, info.Hashes);
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("touched")]
    [InlineData("gone")]
    public async Task A_file_that_changes_meanwhile_is_named(string change)
    {
        File.WriteAllBytes(_folder["a.bin"], new byte[100_000]);
        Assert.Null(ContentScan.Of(_folder["a.bin"], CancellationToken.None, out ContentScan? scan));
        switch (change)
        {
            case "longer": File.AppendAllText(_folder["a.bin"], "x"); break;
            case "shorter": File.WriteAllBytes(_folder["a.bin"], new byte[99_999]); break;
            case "touched": File.SetLastWriteTimeUtc(_folder["a.bin"], DateTime.UnixEpoch); break;
            default: File.Delete(_folder["a.bin"]); break;
        }
        var hasher = new ContentHasher(scan!, TorrentVersion.V1);
        (HashedContent? content, StorageError? error) = await hasher.RunAsync(TestContext.Current.CancellationToken);
        Assert.Null(content);
        Assert.Contains("a.bin' changed while", error!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_fails_ends_the_work()
    {
        File.WriteAllBytes(_folder["a.bin"], new byte[100_000]);
        Assert.Null(ContentScan.Of(_folder["a.bin"], CancellationToken.None, out ContentScan? scan));
        var disk = new MemoryFileSystem { Fault = (_, _) => new StorageError(StorageFault.Other, "bad sector") };
        disk[_folder["a.bin"]] = new byte[100_000];
        var hasher = new ContentHasher(scan!, TorrentVersion.V1, 16384, disk);
        (_, StorageError? error) = await hasher.RunAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(error);
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes()
    {
        File.WriteAllBytes(_folder["a.bin"], new byte[100_000]);
        Assert.Null(ContentScan.Of(_folder["a.bin"], CancellationToken.None, out ContentScan? scan));
        var hasher = new ContentHasher(scan!, TorrentVersion.Hybrid);
        Assert.Equal(0, hasher.HashedBytes);
        await hasher.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(100_000, hasher.HashedBytes);
        Assert.Equal(100_000, hasher.TotalBytes);
    }

    [Theory]
    [InlineData(1, 16 * 1024)]
    [InlineData(30L << 20, 16 * 1024)]
    [InlineData(256L << 20, 256 * 1024)]
    [InlineData(1L << 30, 1 << 20)]
    [InlineData(5L << 30, 4 << 20)]
    [InlineData(1L << 50, 16 << 20)]
    public void The_length_of_pieces_follows_from_the_size(long total, int expected) =>
        Assert.Equal(expected, ContentHasher.ChoosePieceLength(total));

    [Theory]
    [InlineData(16385)]
    [InlineData(8192)]
    [InlineData(-16384)]
    public void An_odd_length_of_pieces_is_refused(int pieceLength)
    {
        File.WriteAllBytes(_folder["a.bin"], new byte[1]);
        Assert.Null(ContentScan.Of(_folder["a.bin"], CancellationToken.None, out ContentScan? scan));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContentHasher(scan!, TorrentVersion.V1, pieceLength));
    }

    private static async Task<HashedContent> Hash(string path, TorrentVersion version, int pieceLength)
    {
        Assert.Null(ContentScan.Of(path, CancellationToken.None, out ContentScan? scan));
        var hasher = new ContentHasher(scan!, version, pieceLength);
        (HashedContent? content, StorageError? error) =
            await hasher.RunAsync(TestContext.Current.CancellationToken, readers: 3);
        Assert.Null(error);
        return content!;
    }

    private static TorrentInfo Read(HashedContent content)
    {
        bool isValid = TorrentInfoReader.TryRead(content.Builder.Build(), out TorrentInfo? info, out string? error);
        Assert.True(isValid, error);
        return info!;
    }

    private void PutOnDisk(TestTorrent torrent)
    {
        for (int i = 0; i < torrent.Info.Files.Length; i++)
        {
            if (torrent.Info.Files[i].IsPadding) continue;
            string path = _folder["shoal/" + torrent.Info.Files[i].DisplayPath];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, torrent.FileContent(i).Span);
        }
    }
}
