using System.Buffers;
using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;
using Shoal.Storage.Layout;

namespace Shoal.Storage.Resume;

/// <content>Opening: what the last process left, and what of it can be believed.</content>
public sealed partial class ResumeJournal
{
    /// <summary>Bytes per file in a clean record: length and time of change.</summary>
    private const int FileEntryLength = 16;

    /// <summary>A journal longer than this is written anew when it is opened.</summary>
    private const int CompactBytes = 4 * 1024 * 1024;

    /// <summary>
    /// A journal longer than this is none of ours: a record for each of 2^21 pieces takes 24 MiB, those about blocks 32
    /// MiB and what comes at the end, and a clean record at most 16 MiB.
    /// </summary>
    private const int MaxBytes = 80 * 1024 * 1024;

    /// <summary>
    /// Opens or creates the journal of a torrent in its download folder. It fails with
    /// <see cref="StorageFault.Locked"/> while another process works there; a folder that takes no files only means
    /// that nothing is remembered. Whatever else is in the file counts as no journal.
    /// </summary>
    /// <param name="info">The torrent.</param>
    /// <param name="storage">Its files.</param>
    /// <param name="disk">The disk that they are on.</param>
    /// <param name="journal">The journal, or null when there is an error.</param>
    public static StorageError? Open(
        TorrentInfo info, TorrentStorage storage, IFileSystem disk, out ResumeJournal? journal) =>
        Open(info, storage, disk, SystemBoot.Id, out journal);

    internal static StorageError? Open(
        TorrentInfo info, TorrentStorage storage, IFileSystem disk, Guid? boot, out ResumeJournal? journal)
    {
        journal = null;
        byte[] header = JournalFormat.Header(info);
        string name = TorrentStorage.HiddenName(storage.Layout.Name, info, "shoal");
        string path = Path.Combine(storage.Folder, name);
        var opened = new ResumeJournal(storage, disk, path, JournalFormat.SeedOf(header));
        StorageError? error = opened.Load(header, boot);
        if (error is not null) opened.Dispose();
        else journal = opened;
        return error;
    }

    private StorageError? Load(byte[] header, Guid? boot)
    {
        if (_storage.IsReadOnly)
        {
            Suspect.SetAll();
            return null;
        }
        if (_disk.ReadLink(_path) is not null)
            return new StorageError(StorageFault.Denied, $"'{_path}' is a link, which it must not be. Remove it.");
        StorageError? error = _disk.Open(_path, FileUse.Exclusive, out _file);
        if (error is { Kind: StorageFault.Locked })
            return new StorageError(StorageFault.Locked,
                $"Another process downloads '{_storage.Layout.Name}' to '{_storage.Folder}'. Stop that one first.");
        if (error is { Kind: StorageFault.Denied or StorageFault.ReadOnly })
        {
            Suspect.SetAll();
            return null;
        }
        return error ?? Replay(header, boot);
    }

    private StorageError? Replay(byte[] header, Guid? boot)
    {
        if (ReadAll(out byte[] content) is { } unreadable) return unreadable;
        JournalReplay? replay = JournalReplay.Of(content, header, _storage.Geometry, boot);
        // Where starts of the system cannot be told apart, each process counts as one.
        byte[] session = (boot ?? Guid.NewGuid()).ToByteArray();
        if (replay is null)
        {
            Suspect.SetAll();
            return StartAnew(header, session);
        }
        List<int> reduced = Believe(replay);
        _hasDoubts = !replay.Suspect.IsEmpty || !Suspect.IsEmpty;
        Distrust(replay);
        if (replay.ValidLength > CompactBytes && TryCompact(header, session, replay)) return null;
        return GoOn(replay, reduced, content.Length, session);
    }

    private StorageError? ReadAll(out byte[] content)
    {
        content = [];
        long length = _file!.Length;
        if (length > MaxBytes) return null;
        content = new byte[length];
        return _file.Read([content], 0, out _);
    }

    /// <summary>
    /// Takes over what the journal says, as far as the files agree: a piece past the end of its file is gone, and one
    /// of a file that changed after the journal was closed is in doubt. Returns unfinished pieces of which less is
    /// there than the journal says, or all.
    /// </summary>
    private List<int> Believe(JournalReplay replay)
    {
        StoredExtent extent = _storage.MeasureExtent();
        HashSet<int> changed = ChangedFiles(replay.CleanFiles);
        for (int i = 0; i < Trusted.Length; i++)
        {
            PieceIndex piece = _storage.Geometry.Piece(i);
            if (!replay.Have[i] && !replay.Suspect[i]) continue;
            if (!extent.Holds(piece)) continue;
            if (replay.Suspect[i] || Touches(piece, changed)) Suspect.Set(piece);
            else Trusted.Set(piece);
        }
        var unfinished = new List<BlockSpan>();
        var reduced = new List<int>();
        foreach ((int number, List<NotedBlocks> noted) in replay.Unfinished)
        {
            PieceIndex piece = _storage.Geometry.Piece(number);
            bool isWhole = Believe(piece, Touches(piece, changed) ? [] : noted, extent, unfinished);
            if (!isWhole) reduced.Add(number);
        }
        Unfinished = unfinished;
        return reduced;
    }

    /// <summary>
    /// Takes over blocks, which cannot be checked by themselves. A piece of which all are there is one to be checked.
    /// False when that is not what was noted.
    /// </summary>
    private bool Believe(
        PieceIndex piece, List<NotedBlocks> noted, StoredExtent extent, List<BlockSpan> unfinished)
    {
        int count = _storage.Geometry.BlockCount(piece);
        var blocks = new BlockSet(count);
        foreach (NotedBlocks some in noted)
            if (extent.Holds(some.Span)) blocks.Include(some.Span);
        if (blocks.Count == count)
        {
            Suspect.Set(piece);
            return false;
        }
        blocks.AddRuns(_storage.Geometry, piece, unfinished);
        return blocks.Count > 0 && noted.TrueForAll(some => extent.Holds(some.Span));
    }

    private HashSet<int> ChangedFiles(byte[] noted)
    {
        var changed = new HashSet<int>();
        byte[] now = noted.Length == 0 ? [] : DescribeFiles(_storage, _disk);
        if (noted.Length != now.Length) return changed;
        for (int at = 0; at < now.Length; at += FileEntryLength)
            if (!now.AsSpan(at, FileEntryLength).SequenceEqual(noted.AsSpan(at, FileEntryLength)))
                changed.Add(at / FileEntryLength);
        return changed;
    }

    private bool Touches(PieceIndex piece, HashSet<int> files)
    {
        if (files.Count == 0) return false;
        foreach (FileSegment segment in
            _storage.Layout.Locate(_storage.Geometry.Offset(piece), _storage.Geometry.Length(piece)))
            if (files.Contains(segment.File)) return true;
        return false;
    }

    /// <summary>
    /// Data that only the system's memory may hold was written by another process; the next checkpoint flushes it.
    /// </summary>
    private void Distrust(JournalReplay replay)
    {
        foreach (int number in replay.Unsettled)
        {
            if (!Trusted[number]) continue;
            PieceIndex piece = _storage.Geometry.Piece(number);
            _storage.MarkUnflushed(piece);
            _bytesInDoubt += _storage.Geometry.PayloadLength(piece);
        }
        foreach (BlockSpan blocks in Unfinished)
        {
            if (IsSettled(blocks, replay)) continue;
            _storage.MarkUnflushed(blocks.Piece);
            _bytesInDoubt += blocks.Length;
        }
    }

    /// <summary>True when no crash of the system can lose what there is of the piece.</summary>
    private static bool IsSettled(BlockSpan blocks, JournalReplay replay) =>
        replay.Unfinished[blocks.Piece.Value].TrueForAll(noted => noted.IsSettled);

    private StorageError? StartAnew(byte[] header, byte[] session)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(header);
        JournalFormat.Append(buffer, _seed, JournalRecordKind.Session, session);
        _hasDoubts = true;
        // A process that ends before it has checked what is there leaves it in doubt.
        JournalFormat.Append(buffer, _seed, JournalRecordKind.Doubt, []);
        return _file!.SetLength(0) ?? Write(buffer.WrittenMemory);
    }

    /// <summary>
    /// Cuts off what makes no sense, and notes which pieces are in doubt or gone although the journal has them.
    /// </summary>
    private StorageError? GoOn(JournalReplay replay, List<int> reduced, int length, byte[] session)
    {
        _end = replay.ValidLength;
        var buffer = new ArrayBufferWriter<byte>();
        JournalFormat.Append(buffer, _seed, JournalRecordKind.Session, session);
        for (int i = 0; i < Trusted.Length; i++)
        {
            if (!replay.Have[i] || Trusted[i]) continue;
            _hasDoubts = true;
            JournalFormat.Append(buffer, _seed, JournalRecordKind.Doubt, i);
        }
        foreach (int piece in reduced)
        {
            JournalRecordKind kind = Suspect[piece] ? JournalRecordKind.Doubt : JournalRecordKind.Lost;
            JournalFormat.Append(buffer, _seed, kind, piece);
        }
        foreach (BlockSpan blocks in Unfinished)
        {
            if (!reduced.Contains(blocks.Piece.Value)) continue;
            JournalFormat.Append(buffer, _seed, blocks);
            // A new record, so that the next checkpoint has to cover it.
            _bytesInDoubt += blocks.Length;
        }
        StorageError? error = replay.ValidLength < length ? _file!.SetLength(replay.ValidLength) : null;
        return error ?? Write(buffer.WrittenMemory);
    }

    /// <summary>
    /// Writes what is known under another name that then replaces the old file; the lock moves along with it. Where
    /// the system does not let an open file be replaced, a long journal stays as it is.
    /// </summary>
    private bool TryCompact(byte[] header, byte[] session, JournalReplay known)
    {
        var settled = new Bitfield(Trusted);
        foreach (int piece in known.Unsettled) settled.Clear(piece);
        byte[] bitfield = new byte[settled.WireLength];
        settled.Write(bitfield);
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(header);
        JournalFormat.Append(buffer, _seed, JournalRecordKind.Snapshot, bitfield);
        foreach (BlockSpan blocks in Unfinished)
            if (IsSettled(blocks, known)) JournalFormat.Append(buffer, _seed, blocks);
        byte[] covered = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(covered, buffer.WrittenCount);
        JournalFormat.Append(buffer, _seed, JournalRecordKind.Durable, covered);
        JournalFormat.Append(buffer, _seed, JournalRecordKind.Session, session);
        foreach (int piece in known.Unsettled)
            if (Trusted[piece]) JournalFormat.Append(buffer, _seed, JournalRecordKind.Piece, piece);
        for (int i = 0; i < Suspect.Length; i++)
            if (Suspect[i]) JournalFormat.Append(buffer, _seed, JournalRecordKind.Doubt, i);
        foreach (BlockSpan blocks in Unfinished)
            if (!IsSettled(blocks, known)) JournalFormat.Append(buffer, _seed, blocks);

        string temporary = _path + ".tmp";
        if (_disk.Open(temporary, FileUse.Exclusive, out IFileHandle? fresh) is not null) return false;
        StorageError? error = fresh!.SetLength(0) ?? fresh.Write([buffer.WrittenMemory], 0) ?? fresh.Flush();
        error ??= _disk.Rename(temporary, _path);
        if (error is not null)
        {
            fresh.Dispose();
            _disk.Delete(temporary);
            return false;
        }
        _file!.Dispose();
        _file = fresh;
        _end = buffer.WrittenCount;
        return true;
    }

    private static byte[] DescribeFiles(TorrentStorage storage, IFileSystem disk)
    {
        byte[] entries = new byte[storage.Layout.Files.Length * FileEntryLength];
        for (int i = 0; i < storage.Layout.Files.Length; i++)
        {
            FileStat stat = default;
            if (storage.PathOf(i) is { } path) disk.TryStat(path, out stat);
            Span<byte> entry = entries.AsSpan(i * FileEntryLength);
            BinaryPrimitives.WriteInt64LittleEndian(entry, stat.Length);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], stat.Modified);
        }
        return entries;
    }
}
