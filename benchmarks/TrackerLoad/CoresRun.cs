using System.Diagnostics;
using Shoal.Tracker;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.TrackerLoad;

/// <summary>
/// The tracker from datagram to reply in this process, without sockets, on one thread and on more: what the kernel does
/// scales by itself, and here is seen whether the rest does.
/// </summary>
internal static class CoresRun
{
    private const int ErrorsPerSecond = 100;

    public static void Measure(LoadOptions options)
    {
        int most = Environment.ProcessorCount;
        var tracker = new TrackerOptions { Interval = TimeSpan.FromMinutes(30) };
        TrackerSecret secret = TrackerSecret.Draw();
        var service = new AnnounceService(tracker,
            new SwarmStore(new SwarmStoreOptions { PeerLifetime = TimeSpan.FromMinutes(45) }, new Random(1)),
            new AccessGate(tracker.Mode, tracker.Registry, tracker.Keys, tracker.Time), secret, new TrackerMetrics());
        var ids = new ConnectionIds(secret.Connections, TimeSpan.FromHours(1));
        var errors = new AttemptBudget(ErrorsPerSecond, TimeSpan.FromSeconds(1));
        ReplaySocket[] sockets = [.. Enumerable.Range(0, most).Select(n => new ReplaySocket(options, n, most))];
        UdpWorker[] workers = [.. sockets.Select(s => new UdpWorker(s, new UdpResponder(service, ids, errors), service,
            new Deferrals(), new TrackerLog(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)))];
        for (int i = 0; i < most; i++)
        {
            sockets[i].Connect(ids.Issue(sockets[i].From, service.UnixSeconds));
            while (!sockets[i].IsFull) workers[i].Turn();
            sockets[i].IsFilling = false;
        }
        LoadRun.Say($"{service.Store.Totals.Peers} peers in {service.Store.Swarms} swarms");
        double one = 0;
        for (int round = 0; round < options.Rounds; round++)
            for (int threads = 1; threads <= most; threads++)
            {
                (double perSecond, double perCpuSecond) = Run(sockets[..threads], workers[..threads], options.Seconds);
                if (threads == 1) one = perSecond;
                LoadRun.Say($"{threads} threads: {perSecond:F0} answers a second ({perSecond / one:F2} times those ",
                    $"of one thread), {perCpuSecond:F0} for each second of processor time");
            }
    }

    private static (double PerSecond, double PerCpuSecond) Run(
        ReplaySocket[] sockets, UdpWorker[] workers, double seconds)
    {
        long peers = sockets.Sum(s => s.Peers);
        long answers = 0;
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        Thread[] threads = [.. workers.Select(w => new Thread(() =>
        {
            long own = 0;
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds) own += w.Turn();
            Interlocked.Add(ref answers, own);
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        double took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        if (sockets.Sum(s => s.Peers) <= peers) throw new InvalidOperationException("There were no peers in replies.");
        return (answers / took, answers / used);
    }
}
