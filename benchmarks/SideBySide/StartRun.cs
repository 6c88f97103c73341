using Shoal.Clients;
using Shoal.Protocol.Torrents;

namespace Shoal.SideBySide;

/// <summary>How long a program takes to say its version, and to ask for the first block of a download.</summary>
internal static class StartRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<Measurement> RunAsync(
        BenchmarkOptions options, string program, TemporaryFolder folder, string content, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        using var home = new TemporaryFolder(folder.Path);
        string cost = home.File("cost");
        await using (ClientProcess version =
            ClientProcess.Start(home.Path, [.. ProcessCost.Wrapper(cost), .. VersionCommand(program)]))
            await version.SuccessAsync(deadline.Token);
        ProcessCost read = ProcessCost.Read(cost);

        await using var tracker = new LoopbackTracker();
        TestTorrent made = await TestTorrent.ByLibtorrentAsync(
            content, content + ".torrent", options.Format, options.PieceBytes, tracker.Url, deadline.Token);
        TorrentInfo info = SeedersRun.ReadInfo(made);
        await using var seed = new WireSeed(info, content, rate: null);
        await seed.AnnounceAsync(tracker.Url, deadline.Token);
        await using Client downloader = Contenders.Create(program);
        long begin = TimeProvider.System.GetTimestamp();
        Task download = downloader.GetAsync(new TransferJob(made.Path, home.Path), deadline.Token);
        await Task.WhenAny(seed.FirstRequest, download);
        if (!seed.FirstRequest.IsCompleted) await download;
        TimeSpan first = TimeProvider.System.GetElapsedTime(begin, await seed.FirstRequest);
        // What the download does after its first request is no part of this; it is ended with the program.
        downloader.Process.Kill();
        await download.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new Measurement(program, read.WallSeconds, read.CpuSeconds, read.PeakMiB, null, null, null)
        {
            FirstRequestSeconds = first.TotalSeconds,
        };
    }

    private static string[] VersionCommand(string program) => program switch
    {
        "shoal" => [InstalledShoal.Path, "--version"],
        "aria2" => ["aria2c", "--version"],
        "libtorrent" => ["/usr/bin/python3", "-c", "import libtorrent; print(libtorrent.__version__)"],
        _ => throw new InvalidOperationException($"The start of '{program}' is not measured; --help lists what is."),
    };
}
