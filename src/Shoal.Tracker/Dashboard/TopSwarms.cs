using Shoal.Protocol;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Dashboard;

/// <summary>
/// The torrents with the most peers. The store in memory is walked for them, but only while somebody looks and only so
/// many entries a second: a million takes some rounds of a page that is open, and a thousand are told at once.
/// </summary>
/// <param name="store">What is walked.</param>
/// <param name="time">The clock by which steps are apart.</param>
internal sealed class TopSwarms(SwarmStore store, TimeProvider time)
{
    /// <summary>Torrents that are kept.</summary>
    public const int Kept = 200;

    /// <summary>Entries looked at in one step, some milliseconds.</summary>
    private const int StepEntries = 1 << 16;

    /// <summary>Time between two steps, and between two walks.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private PriorityQueue<InfoHash, int> _found = new();
    private IReadOnlyList<InfoHash> _last = [];
    private long? _steppedAt;
    private int _shard;
    private int _entry;

    /// <summary>
    /// The torrents with the most peers, the most first: of the last whole walk, and of this one before the first is
    /// whole.
    /// </summary>
    public IReadOnlyList<InfoHash> List()
    {
        lock (_gate)
        {
            if (_steppedAt is { } last && time.GetElapsedTime(last) < Pause) return _last;
            _steppedAt = time.GetTimestamp();
            bool isFirst = _last.Count == 0;
            Step();
            bool isWhole = _shard == store.AllShards.Length;
            if (isWhole || isFirst)
                _last = [.. _found.UnorderedItems.OrderByDescending(f => f.Priority).Select(f => f.Element)];
            if (isWhole) (_shard, _entry, _found) = (0, 0, new PriorityQueue<InfoHash, int>());
            return _last;
        }
    }

    private void Step()
    {
        for (int looked = 0; looked < StepEntries && _shard < store.AllShards.Length;)
        {
            SwarmShard shard = store.AllShards[_shard];
            looked += LookAtPage(shard);
            _entry += EntryTable.PageEntries;
            if (_entry < shard.Entries.Numbers) continue;
            _entry = 0;
            _shard++;
        }
    }

    /// <summary>Looks at a page; the lock is given up after it, so that announces wait for some microseconds.</summary>
    private int LookAtPage(SwarmShard shard)
    {
        Span<byte> key = stackalloc byte[InfoHash.Length];
        lock (shard.Gate)
        {
            int end = Math.Min(_entry + EntryTable.PageEntries, shard.Entries.Numbers);
            for (int number = _entry; number < end; number++)
            {
                if (!shard.Entries[number].IsUsed) continue;
                var swarm = new SwarmCursor(shard, number);
                int peers = swarm.Counts.Complete + swarm.Counts.Incomplete;
                bool isFull = _found.Count == Kept;
                if (peers == 0 || (isFull && _found.TryPeek(out _, out int least) && peers <= least)) continue;
                swarm.Entry.Key.CopyTo(key);
                if (isFull) _found.DequeueEnqueue(new InfoHash(key), peers);
                else _found.Enqueue(new InfoHash(key), peers);
            }
            return Math.Max(1, end - _entry);
        }
    }
}
