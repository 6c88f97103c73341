namespace Shoal.Clients;

/// <summary>Brings a seeder and a downloader together in the order that both can work with.</summary>
public static class Exchange
{
    /// <summary>Returns when the downloader has everything. Both go on running where they do by themselves.</summary>
    public static async Task RunAsync(
        ITestTracker tracker,
        Client seeder, TransferJob seed,
        Client downloader, TransferJob get,
        CancellationToken cancel)
    {
        if (downloader.DialsLoopback)
        {
            await seeder.SeedAsync(seed, cancel);
            await tracker.PeersAsync(seeders: 1, others: 0, cancel);
            await downloader.GetAsync(get, cancel);
            return;
        }

        // It has to be dialled, by a seeder that learns of it with its first announce.
        Task all = downloader.GetAsync(get, cancel);
        await tracker.PeersAsync(seeders: 0, others: 1, cancel);
        await seeder.SeedAsync(seed, cancel);
        await all;
    }
}
