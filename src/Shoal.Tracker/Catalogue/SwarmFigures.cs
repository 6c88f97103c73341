using System.Collections.Concurrent;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// How the swarms of files are. A store in memory is asked each time; one that is elsewhere is asked for what is shown,
/// and for the order of many files a table is used that is walked now and then.
/// </summary>
/// <param name="swarms">The store of the tracker.</param>
/// <param name="time">The clock of the walks.</param>
internal sealed class SwarmFigures(ISwarmStore swarms, TimeProvider time)
{
    /// <summary>Swarms that are asked for at once, which takes another machine some milliseconds.</summary>
    private const int Batch = 500;

    /// <summary>Files up to which their order is always that of now.</summary>
    private const int MaxAsked = 1_000;

    /// <summary>Time between two batches of a walk, so that announces do not wait for it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Time after a walk in which there is no other.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<InfoHash, ScrapeEntry> _known = new();
    private readonly Lock _gate = new();
    private Task _walk = Task.CompletedTask;
    private long? _walkedAt;

    /// <summary>The figures of some files as they are now.</summary>
    public async ValueTask<SwarmTable> OfAsync(IReadOnlyList<CatalogueFile> files) =>
        new(await AskAsync(SwarmsOf(files)).ConfigureAwait(false));

    /// <summary>
    /// Figures by which to order files: those of now where they can be had soon, else of some seconds ago.
    /// </summary>
    public async ValueTask<SwarmTable> ForOrderAsync(IReadOnlyList<CatalogueFile> files)
    {
        InfoHash[] hashes = SwarmsOf(files);
        if (files.Count <= MaxAsked || TryAsk(hashes, out _))
            return new SwarmTable(await AskAsync(hashes).ConfigureAwait(false));
        lock (_gate)
        {
            bool isRested = _walkedAt is not { } last || time.GetElapsedTime(last) >= Rest;
            if (_walk.IsCompleted && isRested) _walk = WalkAsync(hashes);
        }
        return new SwarmTable(_known);
    }

    /// <summary>Those of some swarms that have peers.</summary>
    public async ValueTask<IReadOnlySet<InfoHash>> PeopledAsync(IReadOnlyList<InfoHash> hashes)
    {
        Dictionary<InfoHash, ScrapeEntry> all = await AskAsync([.. hashes]).ConfigureAwait(false);
        return all.Where(s => s.Value.Complete + s.Value.Incomplete > 0).Select(s => s.Key).ToHashSet();
    }

    private static InfoHash[] SwarmsOf(IReadOnlyList<CatalogueFile> files) =>
        [.. files.SelectMany(f => CatalogueText.SwarmsOf(f.InfoHash, f.InfoHashV2)).Distinct()];

    private bool TryAsk(InfoHash[] hashes, out ScrapeEntry[] entries)
    {
        entries = Array.ConvertAll(hashes, hash => new ScrapeEntry(hash, 0, 0, 0));
        return swarms.TryScrape(entries);
    }

    private async ValueTask<Dictionary<InfoHash, ScrapeEntry>> AskAsync(InfoHash[] hashes)
    {
        if (!TryAsk(hashes, out ScrapeEntry[] entries))
            for (int at = 0; at < entries.Length; at += Batch)
                await swarms.ScrapeAsync(entries.AsMemory(at, Math.Min(Batch, entries.Length - at)))
                    .ConfigureAwait(false);
        return entries.DistinctBy(e => e.InfoHash).ToDictionary(e => e.InfoHash);
    }

    private async Task WalkAsync(InfoHash[] hashes)
    {
        foreach (InfoHash[] batch in hashes.Chunk(Batch))
        {
            await Task.Delay(Pause, time).ConfigureAwait(false);
            foreach ((InfoHash hash, ScrapeEntry swarm) in await AskAsync(batch).ConfigureAwait(false))
                _known[hash] = swarm;
        }
        var still = hashes.ToHashSet();
        foreach (InfoHash hash in _known.Keys)
            if (!still.Contains(hash)) _known.TryRemove(hash, out _);
        lock (_gate) _walkedAt = time.GetTimestamp();
    }
}
