using System.Buffers;
using System.Buffers.Binary;
using Shoal.Tracker.Access;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Snapshots;

/// <summary>
/// Writes the swarms of a store to a file while it goes on answering: a page of entries at a time is locked and copied.
/// </summary>
internal static class SnapshotWriter
{
    /// <summary>
    /// Bytes from which on a chunk takes no further swarm: the lock is not held for longer than this takes.
    /// </summary>
    private const int FullChunk = 1024 * 1024;

    /// <summary>Writes the file and puts it in the place of the last one, which is kept beside it.</summary>
    /// <param name="store">What is written.</param>
    /// <param name="path">The file; temporary and previous ones are beside it.</param>
    /// <param name="now">The time of the store's clock.</param>
    /// <param name="written">The time of the calendar.</param>
    /// <returns>Swarms and peers written.</returns>
    /// <exception cref="IOException">Something could not be written; the last file is as it was.</exception>
    public static (long Swarms, long Rows) Write(SwarmStore store, string path, TimeSpan now, DateTimeOffset written)
    {
        string temporary = path + SnapshotFile.NewSuffix;
        (long swarms, long rows) = (0, 0);
        using (FileStream file = OwnerFile.Create(temporary, FileMode.Create))
        {
            Span<byte> head = stackalloc byte[SnapshotFormat.HeadLength];
            SnapshotFormat.Magic.CopyTo(head);
            BinaryPrimitives.WriteInt32LittleEndian(head[8..], SnapshotFormat.Version);
            BinaryPrimitives.WriteInt64LittleEndian(head[12..], written.ToUnixTimeMilliseconds());
            BinaryPrimitives.WriteInt64LittleEndian(head[20..], store.TickLength.Ticks);
            BinaryPrimitives.WriteInt64LittleEndian(head[28..], store.Swarms);
            file.Write(head);
            var chunk = new ArrayBufferWriter<byte>(1024 * 1024);
            byte tick = store.TickOf(now);
            foreach (SwarmShard shard in store.AllShards)
            {
                for (int page = 0; page < shard.Entries.Numbers; page += EntryTable.PageEntries)
                {
                    for (int next = page; next < page + EntryTable.PageEntries;)
                    {
                        (long s, long r) = CopyPage(shard, ref next, page + EntryTable.PageEntries, tick, chunk);
                        (swarms, rows) = (swarms + s, rows + r);
                        WriteChunk(file, chunk);
                    }
                }
            }
            file.Write(stackalloc byte[SnapshotFormat.ChunkHeadLength]);
            file.Flush(flushToDisk: true);
        }
        if (File.Exists(path)) File.Move(path, path + SnapshotFile.PreviousSuffix, overwrite: true);
        File.Move(temporary, path, overwrite: true);
        return (swarms, rows);
    }

    private static void WriteChunk(FileStream file, ArrayBufferWriter<byte> chunk)
    {
        if (chunk.WrittenCount == 0) return;
        Span<byte> head = stackalloc byte[SnapshotFormat.ChunkHeadLength];
        BinaryPrimitives.WriteInt32LittleEndian(head, chunk.WrittenCount);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], Crc32C.Of(chunk.WrittenSpan));
        file.Write(head);
        file.Write(chunk.WrittenSpan);
        chunk.ResetWrittenCount();
    }

    /// <summary>Copies entries up to the end of the page, or until the chunk is full.</summary>
    private static (long Swarms, long Rows) CopyPage(
        SwarmShard shard, ref int next, int end, byte tick, ArrayBufferWriter<byte> chunk)
    {
        (long swarms, long rows) = (0, 0);
        lock (shard.Gate)
        {
            int last = Math.Min(end, shard.Entries.Numbers);
            for (; next < last && chunk.WrittenCount < FullChunk; next++)
            {
                if (!shard.Entries[next].IsUsed) continue;
                var swarm = new SwarmCursor(shard, next);
                CopySwarm(ref swarm, tick, chunk);
                swarms++;
                rows += swarm.Counts.Rows;
            }
            if (next >= last) next = end;
        }
        return (swarms, rows);
    }

    private static void CopySwarm(ref SwarmCursor swarm, byte tick, ArrayBufferWriter<byte> chunk)
    {
        SwarmCounts counts = swarm.Counts;
        int length4 = counts.Count4 * RowLayout4.Stride;
        int length = SnapshotFormat.RecordHeadLength + length4 + counts.Count6 * RowLayout6.Stride;
        Span<byte> record = chunk.GetSpan(length);
        swarm.Entry.Key.CopyTo(record);
        record[20] = swarm.Entry.HasLocal ? SnapshotFormat.LocalFlag : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(record[21..], swarm.Entry.Downloads);
        BinaryPrimitives.WriteInt32LittleEndian(record[25..], counts.Count4);
        BinaryPrimitives.WriteInt32LittleEndian(record[29..], counts.Seeds4);
        BinaryPrimitives.WriteInt32LittleEndian(record[33..], counts.Count6);
        BinaryPrimitives.WriteInt32LittleEndian(record[37..], counts.Seeds6);
        CopyRows(swarm.V4, record[SnapshotFormat.RecordHeadLength..], tick);
        CopyRows(swarm.V6, record[(SnapshotFormat.RecordHeadLength + length4)..], tick);
        chunk.Advance(length);
    }

    private static void CopyRows<TLayout>(RowTable<TLayout> rows, Span<byte> to, byte tick)
        where TLayout : struct, IRowLayout
    {
        for (int i = 0; i < rows.Count; i++)
        {
            Span<byte> row = to[(i * TLayout.Stride)..];
            rows.CopyRow(i, row);
            row[TLayout.WireLength] = (byte)(tick - rows.Tick(i));
        }
    }
}
