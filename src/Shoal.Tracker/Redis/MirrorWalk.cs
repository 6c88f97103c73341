using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Redis;

/// <summary>Tells everything that a store in memory holds as announces, for a store elsewhere that lost it.</summary>
internal static class MirrorWalk
{
    /// <summary>All peers; a page of entries at a time is locked and copied.</summary>
    public static IEnumerable<SwarmAnnounce> All(SwarmStore store)
    {
        var page = new List<SwarmAnnounce>();
        for (int i = 0; i < store.AllShards.Length; i++)
        {
            SwarmShard shard = store.AllShards[i];
            for (int start = 0; start < shard.Entries.Numbers; start += EntryTable.PageEntries)
            {
                page.Clear();
                CopyPage(shard, start, page);
                foreach (SwarmAnnounce announce in page) yield return announce;
            }
        }
    }

    private static void CopyPage(SwarmShard shard, int start, List<SwarmAnnounce> page)
    {
        Span<byte> key = stackalloc byte[InfoHash.Length];
        lock (shard.Gate)
        {
            int end = Math.Min(start + EntryTable.PageEntries, shard.Entries.Numbers);
            for (int number = start; number < end; number++)
            {
                if (!shard.Entries[number].IsUsed) continue;
                var swarm = new SwarmCursor(shard, number);
                swarm.Entry.Key.CopyTo(key);
                var hash = new InfoHash(key);
                CopyRows(swarm.V4, hash, page);
                CopyRows(swarm.V6, hash, page);
            }
        }
    }

    // The tag of a row is a part of the identity: enough to join the two places of a client until it announces.
    private static void CopyRows<TLayout>(in RowTable<TLayout> rows, InfoHash hash, List<SwarmAnnounce> page)
        where TLayout : struct, IRowLayout
    {
        Span<byte> row = stackalloc byte[TLayout.Stride];
        for (int i = 0; i < rows.Count; i++)
        {
            rows.CopyRow(i, row);
            page.Add(new SwarmAnnounce
            {
                InfoHash = hash, Address = AddressOf(row, TLayout.WireLength), Identity = rows.Tag(i),
                Port = BinaryPrimitives.ReadUInt16BigEndian(
                    row[(TLayout.WireLength - sizeof(ushort))..]),
                IsSeed = rows.IsSeed(i),
                Event = (rows.Flags(i) & RowFlags.Partial) != 0
                    ? AnnounceEvent.Paused : AnnounceEvent.None,
            });
        }
    }

    private static HostAddress AddressOf(ReadOnlySpan<byte> row, int wireLength) =>
        wireLength == RowLayout4.WireLength
            ? new HostAddress(BinaryPrimitives.ReadUInt32BigEndian(row))
            : HostAddress.Read(row);
}
