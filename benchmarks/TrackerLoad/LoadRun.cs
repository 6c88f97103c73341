using System.Diagnostics;
using System.Globalization;
using Shoal.Clients;

namespace Shoal.TrackerLoad;

/// <summary>One run: each tracker in turn, filled and then measured.</summary>
internal static class LoadRun
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<LoadFigures>> RunAsync(LoadOptions options, CancellationToken cancel)
    {
        var all = new List<LoadFigures>();
        foreach (string server in options.Servers)
        {
            if (options.Scenario == "memory") await MeasureMemoryAsync(server, options, cancel);
            else all.AddRange(await MeasureAsync(server, options, cancel));
        }
        return all;
    }

    private static async Task<IReadOnlyList<LoadFigures>> MeasureAsync(
        string server, LoadOptions options, CancellationToken cancel)
    {
        await using TrackerProcess tracker = await TrackerProcess.StartAsync(server, options, null, cancel);
        using var udp = new UdpLoad(options, tracker.Port);
        udp.Connect(StartLimit);
        double seconds = udp.Fill();
        Say($"{server}: filled with {(long)options.Swarms * options.Peers} peers in {seconds:F1} s, "
            + $"{tracker.ResidentBytes / 1e6:F0} MB resident");
        (long Bytes, double CpuSeconds)? redis = await tracker.AskRedisAsync(cancel);
        if (redis is not null)
            Say($"Redis: {redis.Value.Bytes / 1e6:F0} MB, "
                + $"{redis.Value.Bytes / ((double)options.Swarms * options.Peers):F0} bytes a peer");
        if (options.Scenario == "http")
        {
            using var http = new HttpLoad(options, tracker.Port);
            return [http.Run(server, () => tracker.CpuSeconds)];
        }
        LoadFigures closed = udp.RunClosed(server, () => tracker.CpuSeconds);
        int rate = options.Rate > 0 ? options.Rate : (int)(closed.AnswersPerSecond / 2);
        if (await tracker.AskRedisAsync(cancel) is { } after)
            Say($"Redis: {after.CpuSeconds - redis!.Value.CpuSeconds:F2} s of processor time in the closed loop");
        return [closed, udp.RunOpen(server, rate, () => tracker.CpuSeconds)];
    }

    private static async Task MeasureMemoryAsync(string server, LoadOptions options, CancellationToken cancel)
    {
        using var data = new TemporaryFolder();
        long peers = (long)options.Swarms * options.Peers;
        await using (TrackerProcess tracker = await TrackerProcess.StartAsync(server, options, data.Path, cancel))
        {
            long before = tracker.ResidentBytes;
            using (var udp = new UdpLoad(options, tracker.Port))
            {
                udp.Connect(StartLimit);
                udp.Fill();
            }
            Report("after filling", tracker.ResidentBytes, before, peers);
            await tracker.LeaveAsync(cancel);
        }
        Say($"snapshot: {new FileInfo(data.File("swarms.snapshot")).Length / 1e6:F1} MB");
        long began = Stopwatch.GetTimestamp();
        await using TrackerProcess again = await TrackerProcess.StartAsync(server, options, data.Path, cancel);
        Say($"answers {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s after its start");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        string metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{again.Port}/metrics"), cancel);
        foreach (string line in metrics.Split('\n'))
            if (line.StartsWith("shoal_tracker_swarms", StringComparison.Ordinal)
                || line.StartsWith("shoal_tracker_peers", StringComparison.Ordinal))
                Say(line);
        Report("after the restart", again.ResidentBytes, 0, peers);
    }

    private static void Report(string when, long bytes, long before, long peers) =>
        Say($"{when}: {bytes / 1e6:F1} MB resident in all, {bytes / (double)peers:F1} bytes a peer"
            + (before > 0 ? $"; {(bytes - before) / (double)peers:F1} without the {before / 1e6:F1} MB before" : ""));

    private static void Say(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Say(string line) => Console.WriteLine(line);
}
