namespace Shoal.Tracker.Swarms;

/// <summary>Drops silent peers, and swarms that nobody is in and whose download count is old.</summary>
/// <param name="tick">The tick that it is now.</param>
/// <param name="lifetimeTicks">Ticks that a peer may be silent; negative to drop all.</param>
/// <param name="seconds">The second that it is now.</param>
/// <param name="downloadsSeconds">Seconds that the count of a swarm without peers is kept.</param>
internal readonly struct SwarmSweeper(byte tick, int lifetimeTicks, uint seconds, uint downloadsSeconds)
{
    /// <summary>Sweeps one page of a shard's entries.</summary>
    /// <param name="shard">It is locked meanwhile.</param>
    /// <param name="first">Number of the page's first entry.</param>
    /// <param name="dropsEmpty">True when swarms without peers go at once, because the store is nearly full.</param>
    /// <returns>Swarms and rows that were removed.</returns>
    public (int Swarms, int Rows) SweepPage(SwarmShard shard, int first, bool dropsEmpty)
    {
        int swarms = 0, rows = 0;
        lock (shard.Gate)
        {
            int end = Math.Min(first + EntryTable.PageEntries, shard.Entries.Numbers);
            for (int number = first; number < end; number++)
            {
                if (!shard.Entries[number].IsUsed) continue;
                rows += SweepSwarm(shard, number, out bool isEmpty);
                if (!isEmpty || (!dropsEmpty && IsWorthKeeping(shard.Entries[number]))) continue;
                shard.Entries.Remove(number);
                swarms++;
            }
        }
        return (swarms, rows);
    }

    private bool IsWorthKeeping(in SwarmEntry entry) =>
        entry.Downloads > 0 && seconds - entry.EmptySince <= downloadsSeconds;

    private int SweepSwarm(SwarmShard shard, int number, out bool isEmpty)
    {
        var swarm = new SwarmCursor(shard, number);
        SwarmCounts before = swarm.Counts;
        isEmpty = before.Rows == 0;
        if (isEmpty) return 0;
        bool breaksPairs = Expire(swarm.V4) | Expire(swarm.V6);
        if (swarm.Counts.Rows == before.Rows) return 0;
        if (breaksPairs || before.Partial > 0) PeerPairs.JoinAll(ref swarm);
        swarm.Close();
        shard.Account(before, swarm.Counts);
        isEmpty = swarm.Counts.Rows == 0;
        if (isEmpty)
        {
            ref SwarmEntry entry = ref swarm.Entry;
            entry.HasLocal = entry.HasLan = false;
            entry.EmptySince = seconds;
        }
        return before.Rows - swarm.Counts.Rows;
    }

    private bool Expire<TLayout>(RowTable<TLayout> rows) where TLayout : struct, IRowLayout
    {
        bool breaksPairs = false;
        for (int i = rows.Count - 1; i >= 0; i--)
        {
            if ((byte)(tick - rows.Tick(i)) <= lifetimeTicks) continue;
            breaksPairs |= (rows.Flags(i) & RowFlags.Paired) != 0;
            rows.RemoveAt(i);
        }
        return breaksPairs;
    }
}
