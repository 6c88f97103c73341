using System.Runtime.CompilerServices;
using Shoal.Protocol;

namespace Shoal.Tracker.Swarms;

/// <summary>A part of the swarms behind one lock, with its own dice.</summary>
internal sealed class SwarmShard(KeyedHash hasher, ulong seed)
{
    /// <summary>Bytes of a block that are fetched early; of a larger swarm only some are read.</summary>
    private const int MaxPrefetchBytes = 768;

    private readonly Dictionary<int, SwarmIndexes> _indexes = [];

#pragma warning disable CA1051 // Mutable structs have to be fields to be changed in place.
    /// <summary>For choosing peers; under the lock only.</summary>
    public Dice Dice = new(seed);

    /// <summary>Rows and peers of the shard, kept beside the swarms so that nobody has to walk them.</summary>
    public StoreTotals Totals;
#pragma warning restore CA1051

    /// <summary>Guards everything in the shard.</summary>
    public Lock Gate { get; } = new();

    public KeyedHash Hasher { get; } = hasher;

    public EntryTable Entries { get; } = new(hasher);

    public BlockArena Blocks { get; } = new();

    /// <summary>The indexes of a large swarm, made when there are none.</summary>
    public SwarmIndexes IndexesOf(int number)
    {
        if (_indexes.TryGetValue(number, out SwarmIndexes? indexes)) return indexes;
        indexes = new SwarmIndexes();
        _indexes.Add(number, indexes);
        return indexes;
    }

    public SwarmIndexes? FindIndexes(int number) => _indexes.GetValueOrDefault(number);

    public void DropIndexes(int number) => _indexes.Remove(number);

    /// <summary>Opens a swarm that may be absent; -1 stands for none.</summary>
    public int Find(InfoHash hash, ulong code) => Entries.Find(hash, code);

    /// <summary>Begins to fetch the head of a swarm's block; without the lock, so it may be another's.</summary>
    public void PrefetchHead(int number)
    {
        if (number < 0) return;
        ref SwarmEntry entry = ref Entries.Peek(number);
        if (!Unsafe.IsNullRef(ref entry) && entry.HasBlock) CacheLine.Prefetch(Blocks.Peek(entry.Block), 1);
    }

    /// <summary>Begins to fetch the rows in a swarm's block; without the lock, so they may be another's.</summary>
    public void PrefetchRows(int number)
    {
        if (number < 0) return;
        ref SwarmEntry entry = ref Entries.Peek(number);
        if (Unsafe.IsNullRef(ref entry) || !entry.HasBlock) return;
        ReadOnlySpan<byte> block = Blocks.Peek(entry.Block);
        CacheLine.Prefetch(block, Math.Min(SwarmCursor.RoomOf(block), MaxPrefetchBytes));
    }

    /// <summary>Counts what a change to a swarm made of it.</summary>
    public void Account(in SwarmCounts before, in SwarmCounts after)
    {
        Totals.Rows4 += after.Count4 - before.Count4;
        Totals.Rows6 += after.Count6 - before.Count6;
        Totals.Complete += after.Complete - before.Complete;
        Totals.Incomplete += after.Incomplete - before.Incomplete;
    }
}
