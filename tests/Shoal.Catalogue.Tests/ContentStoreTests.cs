using System.Security.Cryptography;
using Shoal.Clients;
using Shoal.Engine;
using Shoal.Engine.Stores;
using Shoal.Protocol.Torrents;

namespace Shoal.Catalogue.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_file_lies_under_its_SHA1_and_is_found_by_every_torrent_of_it()
    {
        ContentStore store = new(_home.File("store"));
        TorrentInfo info = await MakeAsync("a.bin", pieceLength: 16 * 1024);
        Assert.Null(store.Find(ContentStore.KeysOf(info)));
        string kept = await KeepAsync(store, info, "a.bin");
        string sha1 = Convert.ToHexStringLower(SHA1.HashData(_content));
        Assert.Equal(Path.Combine(_home.File("store"), sha1), kept);
        Assert.Equal(_content, await File.ReadAllBytesAsync(kept, Token));
        Assert.False(Directory.Exists(store.PartialFolder(info.Hashes.ToString())));

        TorrentInfo other = await MakeAsync("b.bin", pieceLength: 32 * 1024);
        Assert.NotEqual(info.Hashes, other.Hashes);
        Assert.Equal(kept, store.Find(ContentStore.KeysOf(other)));
        Assert.Equal(kept, store.Find([ContentStore.KeyOf(sha1.ToUpperInvariant())!]));
        File.Delete(kept);
        Assert.Null(store.Find(ContentStore.KeysOf(info)));
    }

    [Fact]
    public async Task Two_torrents_of_the_same_content_can_be_kept_at_the_same_time()
    {
        for (int i = 0; i < 100; i++)
        {
            ContentStore store = new(_home.File($"store{i}"));
            string[] kept = await Task.WhenAll(Enumerable.Range(0, 2).Select(n => Task.Run(async () =>
            {
                string partial = Path.Combine(Directory.CreateDirectory(store.PartialFolder($"hash{n}")).FullName, "a");
                await File.WriteAllTextAsync(partial, "the same", Token);
                return await store.KeepAsync(partial, $"hash{n}", ["the key"], Token);
            })));
            Assert.Equal(kept[0], kept[1]);
            Assert.Equal(kept[0], store.Find(["the key"]));
        }
    }

    [Fact]
    public async Task A_folder_lies_under_its_info_hash()
    {
        ContentStore store = new(_home.File("store"));
        Directory.CreateDirectory(_home.File("album"));
        await File.WriteAllBytesAsync(Path.Combine(_home.File("album"), "1.bin"), _content, Token);
        CreatedTorrent made = await TorrentCreator.CreateAsync(_home.File("album"), cancellationToken: Token);
        string hash = made.Metainfo.Info.Hashes.ToString();
        string partial = Path.Combine(store.PartialFolder(hash), "album");
        Directory.CreateDirectory(store.PartialFolder(hash));
        Directory.Move(_home.File("album"), partial);
        string kept = await store.KeepAsync(partial, hash, ContentStore.KeysOf(made.Metainfo.Info), Token);
        Assert.Equal(Path.Combine(_home.File("store"), hash), kept);
        Assert.True(File.Exists(Path.Combine(kept, "album", "1.bin")));
        Assert.Equal(kept, store.Find(ContentStore.KeysOf(made.Metainfo.Info)));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("")]
    [InlineData("gone")]
    public void An_index_that_leads_nowhere_or_out_finds_nothing(string name)
    {
        File.WriteAllText(_home.File("outside"), "x");
        Directory.CreateDirectory(Path.Combine(_home.File("store"), ".index"));
        File.WriteAllText(Path.Combine(_home.File("store"), ".index", "sha1-00"), name);
        Assert.Null(new ContentStore(_home.File("store")).Find(["sha1-00"]));
    }

    private async Task<TorrentInfo> MakeAsync(string name, int pieceLength)
    {
        await File.WriteAllBytesAsync(_home.File(name), _content, Token);
        CreateOptions options = new() { PieceLength = pieceLength };
        return (await TorrentCreator.CreateAsync(_home.File(name), options, cancellationToken: Token)).Metainfo.Info;
    }

    private async Task<string> KeepAsync(ContentStore store, TorrentInfo info, string name)
    {
        string hash = info.Hashes.ToString();
        Directory.CreateDirectory(store.PartialFolder(hash));
        string partial = Path.Combine(store.PartialFolder(hash), name);
        File.Move(_home.File(name), partial);
        return await store.KeepAsync(partial, hash, ContentStore.KeysOf(info), Token);
    }
}
