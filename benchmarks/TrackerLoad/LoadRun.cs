using System.Globalization;
using Shoal.Clients;

namespace Shoal.TrackerLoad;

/// <summary>
/// One scenario: its servers are started and filled, and then measured by turns, so that whatever else happens on the
/// machine falls on all of them alike.
/// </summary>
internal static class LoadRun
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<LoadFigures>> RunAsync(LoadOptions options, CancellationToken cancel)
    {
        Console.WriteLine($"{options.Scenario}:");
        switch (options.Scenario)
        {
            case "memory":
                foreach (string server in options.Servers ?? ["shoal", "opentracker"])
                    await MemoryRun.MeasureAsync(server, options, cancel);
                return [];
            case "cores":
                CoresRun.Measure(options);
                return [];
            case "http":
                return await MeasureAsync(options, options.Servers ?? ["shoal"], cancel);
            case "redis":
                return await MeasureAsync(options, options.Servers ?? ["shoal-redis"], cancel);
            case "mix":
                return await MeasureAsync(options, options.Servers ?? ["shoal", "shoal-plain", "opentracker"], cancel);
            default:
                return await MeasureAsync(options,
                    options.Servers ?? ["shoal", "shoal/1", "shoal-plain", "echo", "opentracker"], cancel);
        }
    }

    /// <summary>Connects to a tracker and announces every peer to it.</summary>
    public static UdpLoad Fill(TrackerProcess tracker, LoadOptions options)
    {
        var udp = new UdpLoad(options, tracker.Port);
        udp.Connect(StartLimit);
        if (tracker.Name == "echo") return udp;
        double seconds = udp.Fill();
        Say($"{tracker.Name}: filled with {(long)options.Swarms * options.Peers} peers in {seconds:F1} s, ",
            $"{tracker.ResidentBytes / 1e6:F0} MB resident");
        return udp;
    }

    /// <summary>Writes a line, of one part or two.</summary>
    public static void Say(FormattableString line, FormattableString? more = null) => Console.WriteLine(
        line.ToString(CultureInfo.InvariantCulture) + more?.ToString(CultureInfo.InvariantCulture));

    private static async Task<IReadOnlyList<LoadFigures>> MeasureAsync(
        LoadOptions options, IReadOnlyList<string> servers, CancellationToken cancel)
    {
        var trackers = new List<TrackerProcess>();
        var loads = new List<UdpLoad>();
        try
        {
            foreach (string server in servers)
            {
                trackers.Add(await TrackerProcess.StartAsync(server, options, null, cancel));
                loads.Add(Fill(trackers[^1], options));
                await SayRedisAsync(trackers[^1], options, cancel);
            }
            return options.Scenario == "http"
                ? Rounds(options, trackers, (t, _) => Http(t, options))
                : await UdpAsync(options, trackers, loads, cancel);
        }
        finally
        {
            foreach (UdpLoad load in loads) load.Dispose();
            foreach (TrackerProcess tracker in trackers) await tracker.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<LoadFigures>> UdpAsync(LoadOptions options,
        List<TrackerProcess> trackers, List<UdpLoad> loads, CancellationToken cancel)
    {
        double redisBefore = await RedisCpuAsync(trackers[0], cancel);
        List<LoadFigures> closed = Rounds(options, trackers,
            (t, i) => loads[i].RunClosed(t.Name, () => t.CpuSeconds));
        double redis = await RedisCpuAsync(trackers[0], cancel) - redisBefore;
        if (redis > 0)
            Say($"Redis: {redis:F2} s of processor time in the closed loop, {closed[0].Announces / redis:F0} ",
                $"announces a second of it");
        if (options.Scenario == "announce") return closed;
        List<LoadFigures> open = Rounds(options, trackers, (t, i) => loads[i].RunOpen(t.Name,
            options.Rate > 0 ? options.Rate : (int)(closed[i].AnswersPerSecond / 2), () => t.CpuSeconds));
        return [.. closed, .. open];
    }

    private static LoadFigures Http(TrackerProcess tracker, LoadOptions options)
    {
        using var http = new HttpLoad(options, tracker.Port);
        return http.Run(tracker.Name, () => tracker.CpuSeconds);
    }

    private static List<LoadFigures> Rounds(LoadOptions options, List<TrackerProcess> trackers,
        Func<TrackerProcess, int, LoadFigures> measure)
    {
        var all = trackers.ConvertAll(_ => new List<LoadFigures>());
        // The first seconds of a process, in which its code is compiled for good, are no part of the figures.
        for (int i = 0; i < trackers.Count; i++) measure(trackers[i], i);
        for (int round = 0; round < options.Rounds; round++)
            for (int i = 0; i < trackers.Count; i++)
                all[i].Add(measure(trackers[i], i));
        return all.ConvertAll(LoadFigures.Join);
    }

    private static async Task<double> RedisCpuAsync(TrackerProcess tracker, CancellationToken cancel) =>
        await tracker.AskRedisAsync(cancel) is { } redis ? redis.CpuSeconds : 0;

    private static async Task SayRedisAsync(TrackerProcess tracker, LoadOptions options, CancellationToken cancel)
    {
        if (await tracker.AskRedisAsync(cancel) is not { } redis) return;
        long peers = (long)options.Swarms * options.Peers;
        Say($"Redis: {redis.Bytes / 1e6:F0} MB for {peers} peers in {options.Swarms} swarms, ",
            $"{redis.Bytes / (double)peers:F0} bytes a peer");
    }
}
