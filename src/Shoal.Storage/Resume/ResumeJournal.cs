using System.Buffers;
using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Storage.Files;

namespace Shoal.Storage.Resume;

/// <summary>
/// Remembers which pieces of an unfinished torrent are on disk, and which blocks of pieces that are not whole, in a
/// hidden file beside them that is only appended to. It also keeps a second process away from the same download. A
/// process that is killed loses no finished piece, and of others what was not written by the last checkpoint; a power
/// cut puts those in doubt that were finished after it. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A checkpoint keeps this order, so that the journal never claims more than the disk has:
/// <code>
///   note the end of the journal -> flush the data -> append "durable up to there" -> flush the journal
/// </code>
/// </remarks>
public sealed partial class ResumeJournal : IDisposable
{
    /// <summary>Time after which finished pieces are made safe against a power cut.</summary>
    public static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of finished pieces after which they are made safe without waiting for the time.</summary>
    public const long CheckpointBytes = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _checkpointing = new();
    private readonly TorrentStorage _storage;
    private readonly IFileSystem _disk;
    private readonly string _path;
    private readonly uint _seed;
    private readonly byte[] _record = new byte[JournalFormat.RecordLength(sizeof(long))];
    private readonly ReadOnlyMemory<byte>[] _vector = new ReadOnlyMemory<byte>[1];
    private readonly List<PieceIndex> _forgotten = [];
    private readonly List<BlockSpan> _written = [];

    // Records on unfinished pieces that are not in the file yet: they are news only once.
    private readonly ArrayBufferWriter<byte> _notes = new();
    private IUnfinishedPieces? _pieces;

    // True when the file says of some pieces that they are in doubt, of such too that are not there at all.
    private bool _hasDoubts;
    private IFileHandle? _file;
    private IFileHandle? _flushing;
    private long _end;
    private long _bytesInDoubt;
    private TimeSpan _lastCheckpoint;

    private ResumeJournal(TorrentStorage storage, IFileSystem disk, string path, uint seed)
    {
        _storage = storage;
        _disk = disk;
        _path = path;
        _seed = seed;
        Trusted = new Bitfield(storage.Geometry.PieceCount);
        Suspect = new Bitfield(storage.Geometry.PieceCount);
    }

    /// <summary>Pieces that were there when the journal was opened and need no check.</summary>
    public Bitfield Trusted { get; }

    /// <summary>
    /// Pieces that may have been there when the journal was opened and must be checked: all of them where there was no
    /// journal, those finished just before a power cut, and those of files that were changed from outside.
    /// </summary>
    public Bitfield Suspect { get; }

    /// <summary>
    /// Blocks of unfinished pieces that were there when the journal was opened, as runs that do not touch. Only a hash
    /// of the whole piece tells whether they are right. No piece of them is trusted or suspect.
    /// </summary>
    public IReadOnlyList<BlockSpan> Unfinished { get; private set; } = [];

    /// <summary>
    /// False when nothing is remembered, because the storage is read-only or the folder takes no files.
    /// </summary>
    public bool IsPersistent => _file is not null;

    /// <summary>
    /// A journal this long notes blocks only at its end, until it is opened again and written anew: such as came one by
    /// one for days would make it longer than what is read. Settable for tests.
    /// </summary>
    internal long MostBytesWithBlocks { get; set; } = 32 * 1024 * 1024;

    /// <summary>Remembers a piece. Its data must have been written, though it need not be flushed.</summary>
    public StorageError? Append(PieceIndex piece)
    {
        // What was noted of it before must not come after it.
        lock (_gate) return WriteNotes() ?? AppendGood(piece);
    }

    /// <summary>Forgets a piece that turned out to be lost or wrong.</summary>
    public StorageError? Remove(PieceIndex piece)
    {
        lock (_gate) return WriteNotes() ?? AppendPiece(JournalRecordKind.Lost, piece);
    }

    /// <summary>
    /// Notes what a check has found: which of the pieces that it looked at are right, and that of the others nothing is
    /// there, whatever was known before.
    /// </summary>
    /// <param name="seen">The pieces that were looked at.</param>
    /// <param name="good">Those of them that are right.</param>
    public StorageError? NoteCheck(Bitfield seen, Bitfield good)
    {
        lock (_gate)
        {
            // One record for all: of a torrent of which nothing is there, every piece was in doubt.
            bool endsDoubt = Suspect.CountCommon(seen) == Suspect.Count;
            var known = new Bitfield(Trusted);
            foreach (BlockSpan blocks in Unfinished) known.Set(blocks.Piece);
            StorageError? error = null;
            for (int i = seen.NextSet(0); i >= 0; i = seen.NextSet(i + 1))
            {
                PieceIndex piece = _storage.Geometry.Piece(i);
                if (good[i]) error ??= AppendGood(piece);
                else if (known[i] || (Suspect[i] && !endsDoubt)) error ??= AppendPiece(JournalRecordKind.Lost, piece);
            }
            if (endsDoubt && _hasDoubts) error ??= Append(JournalRecordKind.Lost, []);
            return error;
        }
    }

    /// <summary>Notes what is written of unfinished pieces too, at each checkpoint and at the end.</summary>
    public void Follow(IUnfinishedPieces pieces)
    {
        lock (_gate) _pieces = pieces;
    }

    /// <summary>True when <see cref="Checkpoint"/> should be called, off the data path.</summary>
    public bool IsCheckpointDue(TimeSpan now)
    {
        lock (_gate)
            return _file is not null
                && (_bytesInDoubt >= CheckpointBytes
                    || (now - _lastCheckpoint >= CheckpointInterval && (_bytesInDoubt > 0 || HasNotes(isEnd: false))));
    }

    /// <summary>
    /// Notes what is new of unfinished pieces, then puts the data of all that is remembered and the journal on the
    /// medium. It waits for the disk, possibly for seconds; pieces can be appended meanwhile.
    /// </summary>
    /// <param name="now">Time on the clock that <see cref="IsCheckpointDue"/> is asked with.</param>
    public StorageError? Checkpoint(TimeSpan now) => NoteAndFlush(now, isEnd: false);

    private StorageError? NoteAndFlush(TimeSpan now, bool isEnd)
    {
        lock (_checkpointing)
        {
            long covered;
            long bytes;
            StorageError? unnoted;
            lock (_gate)
            {
                _lastCheckpoint = now;
                unnoted = NoteUnfinished(isEnd);
                covered = _end;
                bytes = _bytesInDoubt;
            }
            if (_file is not { } file) return null;
            if (_storage.Flush() is { } unsafeData) return unsafeData;
            lock (_gate)
            {
                Span<byte> payload = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(payload, covered);
                if (_file is null) return null;
                if (Append(JournalRecordKind.Durable, payload) is { } error) return error;
                _bytesInDoubt -= bytes;
                _flushing = file;
            }
            StorageError? flushError = file.Flush();
            lock (_gate)
            {
                _flushing = null;
                if (_file is null) file.Dispose();
            }
            return flushError ?? unnoted;
        }
    }

    /// <summary>
    /// Ends the work in good order: makes all pieces safe, notes lengths and times of the files so that a change from
    /// outside is noticed, and lets other processes in. Nothing must be written to the storage any more.
    /// </summary>
    public StorageError? Close()
    {
        StorageError? error = NoteAndFlush(_lastCheckpoint, isEnd: true);
        lock (_gate)
        {
            int length = _storage.Layout.Files.Length * FileEntryLength;
            if (error is null && _file is not null && length <= JournalFormat.MaxPayloadLength)
            {
                byte[] record = new byte[JournalFormat.RecordLength(length)];
                int count = JournalFormat.Write(record, _seed, JournalRecordKind.Clean, DescribeFiles(_storage, _disk));
                error = Write(record.AsMemory(0, count)) ?? _file.Flush();
            }
            Release();
        }
        return error;
    }

    /// <summary>Ends the work because the torrent is complete: the journal is removed.</summary>
    public StorageError? Complete()
    {
        lock (_gate)
        {
            if (_file is null) return null;
            StorageError? error = _disk.Delete(_path);
            Release();
            // Not every system lets an open file be deleted.
            return error is null ? null : _disk.Delete(_path);
        }
    }

    /// <summary>Lets go of the file as it is, which is what the end of a killed process does too.</summary>
    public void Dispose()
    {
        lock (_gate) Release();
    }

    private bool HasNotes(bool isEnd) =>
        _notes.WrittenCount > 0 || ((isEnd || _end <= MostBytesWithBlocks) && _pieces is { HasNews: true });

    /// <summary>Takes what is new of unfinished pieces into the journal, with one write.</summary>
    private StorageError? NoteUnfinished(bool isEnd)
    {
        if (_file is null || !HasNotes(isEnd)) return null;
        _forgotten.Clear();
        _written.Clear();
        _pieces?.TakeNews(_forgotten, _written);
        foreach (PieceIndex piece in _forgotten)
            JournalFormat.Append(_notes, _seed, JournalRecordKind.Lost, piece.Value);
        foreach (BlockSpan blocks in _written)
        {
            _bytesInDoubt += blocks.Length;
            JournalFormat.Append(_notes, _seed, blocks);
        }
        return WriteNotes();
    }

    /// <summary>Writes the notes; those that cannot be written wait for the next call.</summary>
    private StorageError? WriteNotes()
    {
        if (_notes.WrittenCount == 0) return null;
        StorageError? error = _file is null ? null : Write(_notes.WrittenMemory);
        if (error is null) _notes.ResetWrittenCount();
        return error;
    }

    private StorageError? AppendGood(PieceIndex piece)
    {
        _bytesInDoubt += _storage.Geometry.PayloadLength(piece);
        return AppendPiece(JournalRecordKind.Piece, piece);
    }

    private StorageError? AppendPiece(JournalRecordKind kind, PieceIndex piece)
    {
        Span<byte> payload = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, piece.Value);
        return Append(kind, payload);
    }

    private StorageError? Append(JournalRecordKind kind, ReadOnlySpan<byte> payload)
    {
        if (_file is null) return null;
        int length = JournalFormat.Write(_record, _seed, kind, payload);
        return Write(_record.AsMemory(0, length));
    }

    /// <summary>After a failed write the next one starts at the same place, so a torn record never stays.</summary>
    private StorageError? Write(ReadOnlyMemory<byte> record)
    {
        _vector[0] = record;
        StorageError? error = _file!.Write(_vector, _end);
        if (error is null) _end += record.Length;
        return error;
    }

    /// <summary>Closes the file, or leaves that to the checkpoint that is just flushing it.</summary>
    private void Release()
    {
        if (_flushing is null) _file?.Dispose();
        _file = null;
    }
}
