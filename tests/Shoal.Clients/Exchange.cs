using System.Net;

namespace Shoal.Clients;

/// <summary>Brings a seeder and a downloader together in the order that both can work with.</summary>
public static class Exchange
{
    /// <summary>Returns when the downloader has everything. Both go on running where they do by themselves.</summary>
    /// <param name="tracker">Where they find each other.</param>
    /// <param name="torrent">What is moved.</param>
    /// <param name="seeder">Who has it.</param>
    /// <param name="from">The folder that holds it there.</param>
    /// <param name="downloader">Who wants it.</param>
    /// <param name="get">What the downloader is told: the .torrent or the magnet link, and where to.</param>
    /// <param name="cancel">The deadline.</param>
    public static async Task RunAsync(
        ITestTracker tracker,
        TestTorrent torrent,
        Client seeder, string from,
        Client downloader, TransferJob get,
        CancellationToken cancel)
    {
        var seed = new TransferJob(torrent.Path, from);
        if (downloader.DialsLoopback || !IPAddress.IsLoopback(seeder.Host))
        {
            await seeder.SeedAsync(seed, cancel);
            await tracker.PeersAsync(torrent, seeders: 1, others: 0, cancel);
            await downloader.GetAsync(get, cancel);
            return;
        }

        // It has to be dialled, by a seeder that learns of it with its first announce.
        Task all = downloader.GetAsync(get, cancel);
        await tracker.PeersAsync(torrent, seeders: 0, others: 1, cancel);
        await seeder.SeedAsync(seed, cancel);
        await all;
    }
}
