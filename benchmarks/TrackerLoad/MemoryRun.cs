using System.Diagnostics;
using System.Net.Sockets;
using Shoal.Clients;

namespace Shoal.TrackerLoad;

/// <summary>
/// How much memory peers take, as the growth of what is resident, and how soon a tracker that has them in its snapshot
/// answers.
/// </summary>
internal static class MemoryRun
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    public static async Task MeasureAsync(string server, LoadOptions options, CancellationToken cancel)
    {
        using var data = new TemporaryFolder();
        long peers = (long)options.Swarms * options.Peers;
        bool isOurs = server.StartsWith("shoal", StringComparison.Ordinal);
        long empty;
        await using (TrackerProcess tracker =
            await TrackerProcess.StartAsync(server, options, isOurs ? data.Path : null, cancel))
        {
            await WaitAsync(tracker, cancel);
            empty = tracker.ResidentBytes;
            using (LoadRun.Fill(tracker, options))
            {
            }
            Report(server, "after filling", tracker.ResidentBytes, empty, peers);
            if (!isOurs) return;
            await tracker.LeaveAsync(cancel);
        }
        LoadRun.Say($"snapshot: {new FileInfo(data.File("swarms.snapshot")).Length / 1e6:F1} MB");
        long began = Stopwatch.GetTimestamp();
        await using TrackerProcess again = await TrackerProcess.StartAsync(server, options, data.Path, cancel);
        await WaitAsync(again, cancel);
        LoadRun.Say($"answers {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s after its start");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        string metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{again.Port}/metrics"), cancel);
        foreach (string line in metrics.Split('\n'))
            if (line.StartsWith("shoal_tracker_swarms", StringComparison.Ordinal)
                || line.StartsWith("shoal_tracker_peers", StringComparison.Ordinal))
                Console.WriteLine(line);
        Report(server, "after the restart", again.ResidentBytes, empty, peers);
    }

    /// <summary>Waits until a tracker takes connections.</summary>
    private static async Task WaitAsync(TrackerProcess tracker, CancellationToken cancel)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", tracker.Port, cancel);
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(began) < AnswerLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancel);
            }
        }
    }

    private static void Report(string server, string when, long bytes, long empty, long peers) =>
        LoadRun.Say($"{server} {when}: {bytes / 1e6:F1} MB resident, {empty / 1e6:F1} MB of it before a peer came; ",
            $"{(bytes - empty) / (double)peers:F1} bytes a peer by growth, {bytes / (double)peers:F1} of all");
}
