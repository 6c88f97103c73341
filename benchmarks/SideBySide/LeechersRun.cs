using System.Net.Sockets;
using Shoal.Clients;
using Shoal.Protocol.Torrents;

namespace Shoal.SideBySide;

/// <summary>One seeder, and downloaders that are sockets of this process.</summary>
internal static class LeechersRun
{
    private const int SlowBytesPerSecond = 512 * 1024;

    // By then the figures stand, whether the size is reached or not: a program that chokes most peers takes long.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    // After the handshakes: bitfields, who is interested, and what a program compiles for them.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Measurement> RunAsync(
        BenchmarkOptions options, string program, int peers, string content, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        await using var tracker = new LoopbackTracker();
        TestTorrent made = await TestTorrent.ByLibtorrentAsync(
            content, content + ".torrent", options.Format, options.PieceBytes, tracker.Url, deadline.Token);
        TorrentInfo info = SeedersRun.ReadInfo(made);
        await using Client seeder = Contenders.Create(program);
        await seeder.SeedAsync(new TransferJob(made.Path, Path.GetDirectoryName(content)!), deadline.Token);

        long moved = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        double idle = seeder.Process.CpuSeconds();
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int? rate = peers == 1 ? null : options.PeerRate ?? SlowBytesPerSecond;
        WireLeecher[] leechers = [.. Enumerable.Range(0, peers).Select(_ => new WireLeecher(info, rate, Count))];
        Task[] running = [.. leechers.Select(LeechAsync)];
        await Task.WhenAll(leechers.Select(leecher => leecher.Greeted));
        await Task.Delay(Settling, deadline.Token);
        double connected = seeder.Process.CpuSeconds();
        long begin = TimeProvider.System.GetTimestamp();
        enough.CancelAfter(Longest);
        start.SetResult();
        await Task.WhenAll(running);
        if (moved == 0) throw new InvalidOperationException($"{program} sent nothing to {peers} peers.");
        return new Measurement(
            $"{program} to {peers}",
            TimeProvider.System.GetElapsedTime(begin).TotalSeconds,
            null,
            null,
            seeder.Process.CpuSeconds() - connected,
            seeder.Process.PeakKiB() / 1024.0,
            moved)
        {
            ConnectCpuSeconds = connected - idle,
        };

        void Count(int bytes)
        {
            if (Interlocked.Add(ref moved, bytes) >= options.FileBytes) enough.Cancel();
        }

        async Task LeechAsync(WireLeecher leecher)
        {
            try
            {
                await leecher.RunAsync(seeder.Address, start.Task, enough.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Enough was moved, or the seeder wants no more peers.
            }
        }
    }
}
