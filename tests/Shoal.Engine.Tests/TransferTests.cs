using System.Diagnostics;
using System.Net;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Tests;

public sealed class TransferTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-engine-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory(Timeout = 120_000)]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task A_folder_goes_from_one_engine_to_another(TorrentVersion version)
    {
        string source = WriteFolder(
            "source", ("a.bin", 3_000_000), ("sub/b.bin", 1), ("sub/empty", 0), ("ü/c.bin", 70_000));
        CreatedTorrent created = await TorrentCreator.CreateAsync(
            source, new CreateOptions { Version = version, PieceLength = 64 * 1024 }, null, Cancel);
        await using TorrentEngine seeder = await StartAsync();
        Torrent seed = await seeder.AddAsync(
            new TorrentSource.Parsed(created.Metainfo), Seeding, Cancel);
        await seed.WaitForCompletionAsync(Cancel);
        Assert.Equal(TorrentState.Seeding, seed.Snapshot().State);

        await using TorrentEngine downloader = await StartAsync();
        Torrent download = await downloader.AddAsync(
            new TorrentSource.Parsed(created.Metainfo), Into("target", seeder), Cancel);
        await download.WaitForCompletionAsync(Cancel);
        AssertSame(source, Path.Combine(_root, "target", "source"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task A_magnet_link_brings_the_metadata_and_then_the_content(TorrentVersion version)
    {
        string source = WriteFolder("source", ("a.bin", 2_500_000), ("b.bin", 40_000));
        CreatedTorrent created = await TorrentCreator.CreateAsync(
            source, new CreateOptions { Version = version, PieceLength = 32 * 1024 }, null, Cancel);
        await using TorrentEngine seeder = await StartAsync();
        await seeder.AddAsync(new TorrentSource.Parsed(created.Metainfo), Seeding, Cancel);

        await using TorrentEngine downloader = await StartAsync();
        string magnet = new Shoal.Protocol.Magnets.MagnetLink { Hashes = created.Metainfo.Info.Hashes }.ToString();
        Torrent download = await downloader.AddAsync(new TorrentSource.Magnet(magnet), Into("target", seeder), Cancel);
        Metainfo metainfo = await download.WaitForMetadataAsync(Cancel);
        Assert.True(metainfo.Info.Raw.Span.SequenceEqual(created.Metainfo.Info.Raw.Span));
        await download.WaitForCompletionAsync(Cancel);
        AssertSame(source, Path.Combine(_root, "target", "source"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_peer_gets_no_more_than_the_limit_for_each_single_peer()
    {
        const int Limit = 400_000;
        string source = WriteFolder("source", ("a.bin", 2 * Limit));
        CreatedTorrent created = await TorrentCreator.CreateAsync(source, null, null, Cancel);
        await using TorrentEngine seeder = await StartAsync();
        await seeder.AddAsync(
            new TorrentSource.Parsed(created.Metainfo),
            Seeding with { UploadBytesPerSecondPerPeer = Limit },
            Cancel);

        long start = Stopwatch.GetTimestamp();
        await using TorrentEngine downloader = await StartAsync();
        Torrent download = await downloader.AddAsync(
            new TorrentSource.Parsed(created.Metainfo), Into("target", seeder), Cancel);
        await download.WaitForCompletionAsync(Cancel);

        // Two seconds' worth, less the burst that a limiter lets through at once.
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1.7));
        AssertSame(source, Path.Combine(_root, "target", "source"));
    }

    private static Task<TorrentEngine> StartAsync() =>
        TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel);

    private TorrentOptions Seeding => new() { Directory = _root, SeedOnly = true };

    private TorrentOptions Into(string folder, TorrentEngine from) => new()
    {
        Directory = Path.Combine(_root, folder),
        Peers = [new DnsEndPoint("127.0.0.1", from.Port)],
    };

    private string WriteFolder(string name, params (string Path, int Length)[] files)
    {
        string folder = Path.Combine(_root, name);
        foreach ((string path, int length) in files)
        {
            string full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            byte[] bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            File.WriteAllBytes(full, bytes);
        }
        return folder;
    }

    private static void AssertSame(string expected, string actual)
    {
        string[] names = FilesIn(expected);
        Assert.Equal(names, FilesIn(actual));
        foreach (string name in names)
            Assert.Equal(Read(expected, name), Read(actual, name));
    }

    private static byte[] Read(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));

    private static string[] FilesIn(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file)).Order(),
    ];
}
