using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Snapshots;

/// <summary>
/// Fills an empty store from a file. The file is read to its end and checked before anything of it is believed, and
/// every number in it again when it is used.
/// </summary>
internal sealed class SnapshotReader
{
    /// <summary>
    /// A tracker that was away for longer than this begins without peers: they have gone elsewhere. Within it their
    /// ages stand still, because nobody could announce.
    /// </summary>
    private static readonly TimeSpan MaxAbsence = TimeSpan.FromDays(1);

    private readonly SwarmStore _store;
    private readonly FileStream _file;
    private readonly byte _tick;
    private readonly TimeSpan _now;
    private byte[] _chunk = [];
    private bool _keepsRows;
    private double _tickRatio = 1;
    private long _swarms;
    private long _rows;

    private SnapshotReader(SwarmStore store, FileStream file, TimeSpan now)
    {
        (_store, _file, _tick) = (store, file, store.TickOf(now));
        _now = now;
    }

    /// <summary>Fills the store.</summary>
    /// <param name="store">A store without swarms.</param>
    /// <param name="path">The file.</param>
    /// <param name="now">The time of the store's clock.</param>
    /// <param name="calendar">The time of the calendar.</param>
    /// <param name="loaded">Swarms and rows that the store now has.</param>
    /// <returns>Null, or one sentence about a file that is of no use; the store is empty then.</returns>
    public static string? TryLoad(SwarmStore store, string path, TimeSpan now, DateTimeOffset calendar,
        out (long Swarms, long Rows) loaded)
    {
        loaded = default;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0,
                FileOptions.SequentialScan);
            var reader = new SnapshotReader(store, file, now);
            string? problem = reader.Check(calendar);
            if (problem is not null) return problem;
            file.Position = SnapshotFormat.HeadLength;
            while (reader.NextChunk(out int length) is null && length > 0) reader.LoadChunk(length);
            store.AddLoaded(reader._swarms, reader._rows, now);
            loaded = (reader._swarms, reader._rows);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private string? Check(DateTimeOffset calendar)
    {
        Span<byte> head = stackalloc byte[SnapshotFormat.HeadLength];
        if (_file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length
            || !head.StartsWith(SnapshotFormat.Magic))
            return "It is no snapshot of a tracker.";
        int version = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        if (version != SnapshotFormat.Version) return $"Its version is {version}, not {SnapshotFormat.Version}.";
        long written = BinaryPrimitives.ReadInt64LittleEndian(head[12..]);
        long tickLength = BinaryPrimitives.ReadInt64LittleEndian(head[20..]);
        long swarms = BinaryPrimitives.ReadInt64LittleEndian(head[28..]);
        if (tickLength <= 0 || swarms < 0) return "Its head is damaged.";
        // An interval that was changed meanwhile makes the units of age longer or shorter.
        _tickRatio = tickLength / (double)_store.TickLength.Ticks;
        _keepsRows = calendar.ToUnixTimeMilliseconds() - written <= (long)MaxAbsence.TotalMilliseconds;
        while (true)
        {
            if (NextChunk(out int length) is { } problem) return problem;
            if (length > 0) continue;
            Reserve(swarms);
            return null;
        }
    }

    private void Reserve(long swarms)
    {
        // The count is a hint and not believed beyond what the file has bytes for.
        long most = Math.Min(swarms, _file.Length / SnapshotFormat.RecordHeadLength);
        foreach (SwarmShard shard in _store.AllShards)
            shard.Entries.Reserve((int)(most / _store.AllShards.Length));
    }

    private string? NextChunk(out int length)
    {
        Span<byte> head = stackalloc byte[SnapshotFormat.ChunkHeadLength];
        length = 0;
        if (_file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
            return "It ends too early.";
        length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 0 or > SnapshotFormat.MaxChunkLength) return "The length of a part is not possible.";
        if (_chunk.Length < length) _chunk = new byte[length];
        Span<byte> records = _chunk.AsSpan(0, length);
        if (_file.ReadAtLeast(records, length, throwOnEndOfStream: false) < length) return "It ends too early.";
        return Crc32C.Of(records) == BinaryPrimitives.ReadUInt32LittleEndian(head[4..])
            ? null : "A part of it is damaged.";
    }

    private void LoadChunk(int length)
    {
        Span<byte> rest = _chunk.AsSpan(0, length);
        while (rest.Length >= SnapshotFormat.RecordHeadLength)
        {
            long count4 = BinaryPrimitives.ReadUInt32LittleEndian(rest[25..]);
            long count6 = BinaryPrimitives.ReadUInt32LittleEndian(rest[33..]);
            long rows = count4 * RowLayout4.Stride + count6 * RowLayout6.Stride;
            if (rows > rest.Length - SnapshotFormat.RecordHeadLength) return;
            int record = SnapshotFormat.RecordHeadLength + (int)rows;
            LoadSwarm(rest[..record], (int)count4, (int)count6);
            rest = rest[record..];
        }
    }

    private void LoadSwarm(Span<byte> record, int count4, int count6)
    {
        int seeds4 = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(record[29..]), 0, count4);
        int seeds6 = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(record[37..]), 0, count6);
        int downloads = Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(record[21..]));
        Span<byte> rows4 = record.Slice(SnapshotFormat.RecordHeadLength, count4 * RowLayout4.Stride);
        Span<byte> rows6 = record[(SnapshotFormat.RecordHeadLength + rows4.Length)..];
        if (!_keepsRows)
        {
            rows4 = rows6 = default;
            seeds4 = seeds6 = 0;
        }
        if (rows4.IsEmpty && rows6.IsEmpty && downloads == 0) return;
        Age<RowLayout4>(rows4);
        Age<RowLayout6>(rows6);
        var hash = new InfoHash(record[..InfoHash.Length]);
        SwarmShard shard = _store.ShardOf(hash, out ulong code);
        lock (shard.Gate)
        {
            // One that left and came back while the file was written may be in it twice.
            if (shard.Entries.Find(hash, code) >= 0 || shard.Entries.Count >= EntryTable.MaxEntries) return;
            int number = shard.Entries.Add(hash, code);
            var swarm = new SwarmCursor(shard, number);
            swarm.Entry.Downloads = downloads;
            if (rows4.IsEmpty && rows6.IsEmpty) swarm.Entry.EmptySince = (uint)_now.TotalSeconds;
            else
            {
                swarm.Entry.HasLocal = (record[20] & SnapshotFormat.LocalFlag) != 0;
                swarm.Load(rows4, seeds4, rows6, seeds6);
                swarm.Close();
                shard.Account(default, swarm.Counts);
            }
            _swarms++;
            _rows += swarm.Counts.Rows;
        }
    }

    /// <summary>Turns ages into ticks of the store.</summary>
    private void Age<TLayout>(Span<byte> rows) where TLayout : struct, IRowLayout
    {
        for (int at = TLayout.WireLength; at < rows.Length; at += TLayout.Stride)
        {
            byte age = (byte)Math.Min(SwarmStore.LifetimeTicks, rows[at] * _tickRatio);
            rows[at] = (byte)(_tick - age);
        }
    }
}
