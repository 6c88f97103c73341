using System.Net.Sockets;
using Shoal.Clients;
using Shoal.Protocol.Torrents;

namespace Shoal.SideBySide;

/// <summary>One seeder, and downloaders that are sockets of this process.</summary>
internal static class LeechersRun
{
    private const int SlowBytesPerSecond = 512 * 1024;

    // By then the figures stand, whether the size is reached or not: who chokes most peers takes long.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
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
        enough.CancelAfter(Longest);
        double before = seeder.Process.CpuSeconds();
        long begin = TimeProvider.System.GetTimestamp();
        Task[] running =
        [
            .. Enumerable.Range(0, peers).Select(_ => LeechAsync(new WireLeecher(
                info, peers == 1 ? null : options.PeerRate ?? SlowBytesPerSecond, Count))),
        ];
        await Task.WhenAll(running);
        if (moved == 0) throw new InvalidOperationException($"{program} sent nothing to {peers} peers.");
        return new Measurement(
            $"{program} to {peers}",
            TimeProvider.System.GetElapsedTime(begin).TotalSeconds,
            null,
            null,
            seeder.Process.CpuSeconds() - before,
            seeder.Process.PeakKiB() / 1024.0,
            moved);

        void Count(int bytes)
        {
            if (Interlocked.Add(ref moved, bytes) >= options.FileBytes) enough.Cancel();
        }

        async Task LeechAsync(WireLeecher leecher)
        {
            try
            {
                await leecher.RunAsync(seeder.Address, enough.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Enough was moved, or the seeder wants no more peers.
            }
        }
    }
}
