using System.Net;
using Shoal.Network;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests;

/// <summary>
/// Rate limits from one engine to another. The clock of the limited one is the test's, and goes on only while something
/// waits for a limit: so it tells how long the transfer takes under the limit, however fast the machine is.
/// </summary>
public sealed class RateLimitTests : IAsyncLifetime
{
    private const int Length = 400_000;
    private const int Limit = 100_000;

    // What a limiter lets through at once after a pause, and what is received and counted ahead of the limit.
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(0.2);

    private static readonly TimeSpan LongestLaneWait = TimeSpan.FromMilliseconds(50);

    private readonly string _root = Directory.CreateTempSubdirectory("shoal-rates-").FullName;
    private readonly ManualTime _time = new();
    private readonly List<TorrentEngine> _engines = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (TorrentEngine engine in _engines) await engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_engine_downloads_no_faster_than_its_limit_however_many_torrents_it_has(bool ofEngine)
    {
        TestTorrent[] torrents = [NewTorrent("one"), NewTorrent("two")];
        TorrentEngine seeder = await StartAsync(new EngineOptions());
        foreach (TestTorrent torrent in torrents) await SeedAsync(seeder, torrent);
        TorrentEngine limited = await StartAsync(new EngineOptions
        {
            Time = _time, DownloadBytesPerSecond = ofEngine ? Limit : 0,
        });
        var downloads = new List<Torrent>();
        foreach (TestTorrent torrent in torrents)
            downloads.Add(await GetAsync(limited, torrent, seeder, downloadLimit: ofEngine ? 0 : Limit));
        await RunAsync(
            Task.WhenAll(downloads.Select(download => download.WaitForCompletionAsync(Cancel))),
            () => limited.Services.Torrents.Any(actor => actor.DownloadLimits.IsWaitedFor));
        // The engine's limit holds for both together, that of a torrent for each.
        AssertTook(ofEngine ? 2 * Length : Length);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_engine_uploads_no_faster_than_its_limit_however_many_torrents_it_has(bool ofEngine)
    {
        TestTorrent[] torrents = [NewTorrent("one"), NewTorrent("two")];
        TorrentEngine limited = await StartAsync(new EngineOptions
        {
            Time = _time, UploadBytesPerSecond = ofEngine ? Limit : 0,
        });
        foreach (TestTorrent torrent in torrents) await SeedAsync(limited, torrent, ofEngine ? 0 : Limit);
        TorrentEngine downloader = await StartAsync(new EngineOptions());
        var downloads = new List<Torrent>();
        foreach (TestTorrent torrent in torrents) downloads.Add(await GetAsync(downloader, torrent, limited));
        await RunAsync(
            Task.WhenAll(downloads.Select(download => download.WaitForCompletionAsync(Cancel))),
            () => limited.Services.Torrents.Any(actor => actor.UploadLimits.IsWaitedFor));
        AssertTook(ofEngine ? 2 * Length : Length);
    }

    private void AssertTook(long bytes)
    {
        TimeSpan least = TimeSpan.FromSeconds((double)bytes / Limit) - Allowance;
        Assert.True(
            TimeSpan.FromTicks(_time.GetTimestamp()) >= least,
            $"It took {TimeSpan.FromTicks(_time.GetTimestamp())} and not {least}.");
    }

    private async Task RunAsync(Task done, Func<bool> waits)
    {
        while (!done.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            // A whole piece may wait for others to be hashed beside; nothing but its timer is set to be so soon.
            if (waits() || _time.UntilNextTimer <= LongestLaneWait) _time.Advance(RateLimiter.Pace);
            await Task.Yield();
        }
        await done;
    }

    private async Task<TorrentEngine> StartAsync(EngineOptions options)
    {
        _engines.Add(await TorrentEngine.StartAsync(
            options with { BindAddress = IPAddress.Loopback, Encryption = EncryptionPolicy.Off }, Cancel));
        return _engines[^1];
    }

    private static TestTorrent NewTorrent(string name) =>
        TestTorrents.Create(TorrentVersion.V1, 16 * 1024, (name, Length));

    private async Task SeedAsync(TorrentEngine engine, TestTorrent torrent, long uploadLimit = 0)
    {
        await File.WriteAllBytesAsync(Path.Combine(_root, torrent.Info.Name), torrent.PieceSpace, Cancel);
        Torrent seed = await engine.AddAsync(
            new TorrentSource.Parsed(torrent.Metainfo),
            new TorrentOptions { Directory = _root, SeedOnly = true, UploadBytesPerSecond = uploadLimit },
            Cancel);
        await seed.WaitForCompletionAsync(Cancel);
    }

    private Task<Torrent> GetAsync(
        TorrentEngine engine, TestTorrent torrent, TorrentEngine from, long downloadLimit = 0) => engine.AddAsync(
        new TorrentSource.Parsed(torrent.Metainfo),
        new TorrentOptions
        {
            Directory = Path.Combine(_root, "to"),
            DownloadBytesPerSecond = downloadLimit,
            Peers = [new DnsEndPoint("127.0.0.1", from.Port)],
        },
        Cancel);
}
