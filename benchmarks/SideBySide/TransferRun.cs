using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>One seeder, one or more downloaders, one file.</summary>
internal static class TransferRun
{
    // Beyond this a pair is broken, not slow: Transmission takes 90 s for the usual GiB.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Measurement> RunAsync(
        BenchmarkOptions options, string pair, TemporaryFolder folder, string content, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        if (pair.Split(':') is not [var seederName, var downloaderName])
            throw new InvalidOperationException($"'{pair}' is no pair of the form seeder:downloader.");

        await using var tracker = new LoopbackTracker();
        OpenSslSwarm? swarm = pair.Contains(Contenders.Tls, StringComparison.Ordinal)
            ? await OpenSslSwarm.MakeAsync(folder, Path.GetFileName(content), deadline.Token)
            : null;
        string[] authority = swarm is null ? [] : ["--root-certificate", swarm.Authority];
        TestTorrent made = await TestTorrent.ByLibtorrentAsync(
            content, content + ".torrent", options.Format, options.PieceBytes, tracker.Url, deadline.Token,
            authority);
        string torrent = made.Path;
        await using Client seeder = Contenders.Create(seederName, swarm);
        await seeder.SeedAsync(new TransferJob(torrent, Path.GetDirectoryName(content)!), deadline.Token);
        if (seeder is not NginxClient) await tracker.PeersAsync(made, seeders: 1, others: 0, deadline.Token);

        double before = seeder.Process.CpuSeconds();
        using var targets = new TemporaryFolder(folder.Path);
        List<Task<ProcessCost>> downloads = [];
        long begin = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < options.Downloaders; i++)
        {
            string target = targets.Folder($"{i}");
            downloads.Add(DownloadAsync(downloaderName, swarm, torrent, target, seeder, deadline.Token));
        }
        ProcessCost[] costs = await Task.WhenAll(downloads);
        TimeSpan together = TimeProvider.System.GetElapsedTime(begin);
        var measurement = new Measurement(
            pair,
            costs.Length == 1 ? costs[0].WallSeconds : together.TotalSeconds,
            costs.Average(c => c.CpuSeconds),
            costs.Max(c => c.PeakMiB),
            seeder.Process.CpuSeconds() - before,
            seeder.Process.PeakKiB() / 1024.0,
            options.FileBytes * options.Downloaders)
        {
            OwnBytes = options.FileBytes,
        };

        // Comparing takes the processor: only when all are done.
        for (int i = 0; i < options.Downloaders; i++)
        {
            foreach (string difference in SampleContent.Differences(content, targets.File($"{i}")))
                throw new InvalidOperationException($"{downloaderName} left something wrong: {difference}");
        }

        return measurement;
    }

    private static async Task<ProcessCost> DownloadAsync(
        string name, OpenSslSwarm? swarm, string torrent, string target, Client seeder, CancellationToken cancel)
    {
        string cost = target + ".cost";
        await using Client downloader = Contenders.Create(name, swarm, ProcessCost.Wrapper(cost));
        var job = new TransferJob(torrent, target);
        if (seeder is NginxClient) job = job with { Peers = [seeder.Address] };
        await downloader.GetAsync(job, cancel);
        return ProcessCost.Read(cost);
    }
}
