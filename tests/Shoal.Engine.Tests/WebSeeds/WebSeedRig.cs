using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>An engine that downloads a torrent into a folder of its own.</summary>
internal sealed class WebSeedRig : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-web-seed-").FullName;

    private WebSeedRig(TestTorrent torrent, TorrentEngine engine)
    {
        Torrent = torrent;
        Engine = engine;
    }

    public TestTorrent Torrent { get; }

    public TorrentEngine Engine { get; }

    /// <summary>Options for a download of what the user named.</summary>
    public TorrentOptions Options => new() { Directory = _root, TrustsAddresses = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<WebSeedRig> StartAsync(
        TestTorrent torrent, TimeProvider? time = null, WebSeedLog? log = null)
    {
        var options = new EngineOptions
        {
            BindAddress = IPAddress.Loopback,
            Time = time ?? TimeProvider.System,
            LoggerFactory = log ?? (ILoggerFactory)NullLoggerFactory.Instance,
        };
        return new WebSeedRig(torrent, await TorrentEngine.StartAsync(options, Cancel));
    }

    /// <summary>Adds the torrent with web seeds in it.</summary>
    public Task<Torrent> AddAsync(TorrentOptions options, params string[] webSeeds) => Engine.AddAsync(
        new TorrentSource.Parsed(Torrent.Metainfo with { WebSeeds = [.. webSeeds] }), options, Cancel);

    /// <summary>Puts bytes where a file of the torrent belongs.</summary>
    public void Write(int file, ReadOnlySpan<byte> bytes)
    {
        string path = PathOf(Torrent.Info.Files[file]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Fails unless every file is there and right.</summary>
    public void AssertComplete()
    {
        for (int i = 0; i < Torrent.Info.Files.Length; i++)
        {
            TorrentFile file = Torrent.Info.Files[i];
            if (file.IsPadding) continue;
            Assert.True(Torrent.FileContent(i).Span.SequenceEqual(File.ReadAllBytes(PathOf(file))), file.DisplayPath);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        // Links end on other threads, a moment later.
        while (Engine.Services.Buffers.Outstanding != 0)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        Directory.Delete(_root, recursive: true);
    }

    private string PathOf(TorrentFile file) => Torrent.Info.IsSingleFile
        ? Path.Combine(_root, file.Path[0])
        : Path.Combine([_root, Torrent.Info.Name, .. file.Path]);
}
