using System.Net;
using Shoal.Protocol.Magnets;

namespace Shoal.Engine.Tests;

/// <summary>A seeding engine and a downloading one in a folder of their own.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-pair-").FullName;

    private Pair(TorrentEngine seeder, TorrentEngine downloader)
    {
        Seeder = seeder;
        Downloader = downloader;
    }

    public TorrentEngine Seeder { get; }

    public TorrentEngine Downloader { get; }

    public CreatedTorrent Created { get; private set; } = null!;

    public string Magnet => new MagnetLink { Hashes = Created.Metainfo.Info.Hashes }.ToString();

    /// <summary>Options for a download from the seeder.</summary>
    public TorrentOptions Options => new()
    {
        Directory = Path.Combine(_root, "to"),
        Peers = [new DnsEndPoint("127.0.0.1", Seeder.Port)],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<Pair> StartAsync(params (string Path, int Length)[] files) => StartAsync(false, files);

    public static async Task<Pair> StartAsync(bool isPrivate, params (string Path, int Length)[] files)
    {
        var options = new EngineOptions { BindAddress = IPAddress.Loopback };
        var pair = new Pair(
            await TorrentEngine.StartAsync(options, Cancel), await TorrentEngine.StartAsync(options, Cancel));
        string folder = Path.Combine(pair._root, "content");
        foreach ((string path, int length) in files)
        {
            string full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            byte[] bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            await File.WriteAllBytesAsync(full, bytes, Cancel);
        }
        var create = new CreateOptions { PieceLength = 16 * 1024, IsPrivate = isPrivate };
        pair.Created = await TorrentCreator.CreateAsync(folder, create, null, Cancel);
        Torrent seed = await pair.Seeder.AddAsync(
            new TorrentSource.Parsed(pair.Created.Metainfo),
            new TorrentOptions { Directory = pair._root, SeedOnly = true },
            Cancel);
        await seed.WaitForCompletionAsync(Cancel);
        return pair;
    }

    /// <summary>True when a file was downloaded and is the original.</summary>
    public bool HasCopyOf(string path)
    {
        string copy = Path.Combine(_root, "to", "content", path);
        string original = Path.Combine(_root, "content", path);
        return File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(File.ReadAllBytes(original));
    }

    public async ValueTask DisposeAsync()
    {
        await Downloader.DisposeAsync();
        await Seeder.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
