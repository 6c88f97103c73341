using Shoal.Clients;
using Shoal.Protocol.Torrents;

namespace Shoal.SideBySide;

/// <summary>One downloader, and seeders that are sockets of this process.</summary>
internal static class SeedersRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Measurement> RunAsync(
        BenchmarkOptions options,
        string program,
        int peers,
        TemporaryFolder folder,
        string content,
        CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        await using var tracker = new LoopbackTracker();
        TestTorrent made = await TestTorrent.ByLibtorrentAsync(
            content, content + ".torrent", options.Format, options.PieceBytes, tracker.Url, deadline.Token);
        TorrentInfo info = ReadInfo(made);
        List<WireSeed> seeds = [];
        using var target = new TemporaryFolder(folder.Path);
        try
        {
            for (int i = 0; i < peers; i++)
            {
                seeds.Add(new WireSeed(info, content, peers == 1 ? null : options.PeerRate));
                await seeds[^1].AnnounceAsync(tracker.Url, deadline.Token);
            }

            string cost = folder.File("cost");
            await using Client downloader = Contenders.Create(program, null, ProcessCost.Wrapper(cost));
            await downloader.GetAsync(new TransferJob(made.Path, target.Path), deadline.Token);
            ProcessCost read = ProcessCost.Read(cost);
            foreach (string difference in SampleContent.Differences(content, target.Path))
                throw new InvalidOperationException($"{program} left something wrong: {difference}");
            return new Measurement(
                $"{program} from {peers}", read.WallSeconds, read.CpuSeconds, read.PeakMiB, null, null,
                options.FileBytes);
        }
        finally
        {
            foreach (WireSeed seed in seeds) await seed.DisposeAsync();
        }
    }

    /// <summary>What the sockets of this process have to know of a torrent.</summary>
    public static TorrentInfo ReadInfo(TestTorrent made) =>
        MetainfoReader.TryRead(File.ReadAllBytes(made.Path), out Metainfo? metainfo, out string? error)
            ? metainfo.Info
            : throw new InvalidOperationException(error);
}
