using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;

namespace Shoal.Storage.Intake;

/// <summary>
/// The way of downloaded blocks to the disk. Connections hand over slices of their receive buffers and submit at the
/// end of a network turn; each piece is then written and hashed by one thread of the pool at a time, pieces side by
/// side. No member waits for the disk. Safe for concurrent use; the lock guards what <see cref="PieceIntake"/> says.
/// </summary>
public sealed partial class BlockIntake : IAsyncDisposable
{
    /// <summary>Objects for pieces that are kept for reuse; more pieces than this are seldom in flight.</summary>
    private const int MaxIdlePieces = 64;

    private readonly TorrentStorage _storage;
    private readonly PieceHashes _hashes;
    private readonly IVerdictSink _sink;
    private readonly Action<IThreadPoolWorkItem> _schedule;
    private readonly TimeProvider _time;
    private readonly int _blocksPerPiece;
    private readonly Lock _gate = new();
    private readonly Bitfield _done;
    private readonly Dictionary<int, PieceIntake> _pieces = [];
    private readonly List<PieceIntake> _ready = [];
    private readonly Stack<PieceIntake> _idle = new();
    private TaskCompletionSource? _quiet;
    private int _running;
    private bool _isClosed;
    private long _queuedBytes;

    /// <summary>An intake on which nothing waits.</summary>
    /// <param name="storage">Where pieces go.</param>
    /// <param name="hashes">What they must hash to.</param>
    /// <param name="sink">Hears the verdicts.</param>
    /// <param name="have">Pieces that are complete already; blocks of them are refused. It is copied.</param>
    /// <param name="time">The clock that tells how fast pieces come.</param>
    public BlockIntake(
        TorrentStorage storage, PieceHashes hashes, IVerdictSink sink, Bitfield have, TimeProvider time)
        : this(storage, hashes, sink, have, item => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false), time)
    {
    }

    /// <summary>
    /// An intake whose work runs where <paramref name="schedule"/> puts it, for tests that choose the order; without a
    /// clock it hashes each piece by itself.
    /// </summary>
    internal BlockIntake(
        TorrentStorage storage, PieceHashes hashes, IVerdictSink sink, Bitfield have,
        Action<IThreadPoolWorkItem> schedule, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _storage = storage;
        _hashes = hashes;
        _sink = sink;
        _schedule = schedule;
        _done = new Bitfield(have);
        PieceGeometry geometry = storage.Geometry;
        _lanesPerBatch = time is null ? 0 : LanesFor(geometry);
        _blocksPerPiece = (geometry.PieceLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
    }

    /// <summary>Bytes that wait for the disk or are on their way to it. Requests are bounded by it.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>
    /// Takes blocks of a piece and retains their slab. False, and nothing is retained, when one of them came before,
    /// or when the piece is complete, failed or waits for its hashes.
    /// </summary>
    /// <param name="piece">The piece that they belong to.</param>
    /// <param name="begin">Offset in the piece, the start of a block.</param>
    /// <param name="slice">One or more whole blocks.</param>
    public bool Accept(PieceIndex piece, int begin, SlabSlice slice)
    {
        int payload = _storage.Geometry.PayloadLength(piece);
        bool isWhole = slice.Length % PieceGeometry.BlockLength == 0 || begin + slice.Length == payload;
        if (slice.Length <= 0 || begin < 0 || begin % PieceGeometry.BlockLength != 0 || !isWhole
            || begin > payload - slice.Length)
            ThrowNotBlocks(piece, begin, slice.Length);
        int first = begin / PieceGeometry.BlockLength;
        int count = (slice.Length + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
        lock (_gate)
        {
            if (_isClosed || _done[piece]) return false;
            PieceIntake target = Find(piece);
            if (target.State > IntakeState.Scheduled || target.Claimed.HasAny(first, count)) return false;
            target.Claimed.Add(first, count);
            slice.Slab.Retain();
            Interlocked.Add(ref _queuedBytes, slice.Length);
            target.Queued.Add(new QueuedBlock(begin, slice));
            if (target.State == IntakeState.Idle && target.Queued.Count == 1) _ready.Add(target);
            return true;
        }
    }

    /// <summary>Starts the work on all pieces that have blocks waiting; called at the end of a network turn.</summary>
    public void Submit()
    {
        while (true)
        {
            PieceIntake? piece;
            lock (_gate) piece = TakeReady();
            if (piece is null) return;
            _schedule(piece);
        }
    }

    /// <summary>
    /// Forgets all blocks of a piece, complete or not, so that it can be downloaded again. A verdict that is about to
    /// be given on it may still come.
    /// </summary>
    public void Forget(PieceIndex piece)
    {
        long dropped;
        lock (_gate)
        {
            _done.Clear(piece);
            if (!_pieces.TryGetValue(piece.Value, out PieceIntake? forgotten)) return;
            dropped = Release(forgotten.Queued);
            if (forgotten.Noted.Count > 0) _voided.Add(piece.Value);
            forgotten.ForgetBlocks();
            if (forgotten.State == IntakeState.Scheduled) forgotten.IsResetRequested = true;
            else Recycle(forgotten);
        }
        TellSettled(dropped);
    }

    /// <summary>
    /// Judges a piece again that waits for its root, and one that is nothing but padding for the first time. Nothing
    /// happens for a piece of which blocks are missing.
    /// </summary>
    public void Recheck(PieceIndex piece)
    {
        lock (_gate)
        {
            if (_isClosed || _done[piece]) return;
            PieceIntake target = Find(piece);
            if (target.State > IntakeState.Waiting) return;
            target.IsRecheckRequested = true;
            if (target.State == IntakeState.Scheduled || _ready.Contains(target)) return;
            target.State = IntakeState.Idle;
            _ready.Add(target);
        }
        Submit();
    }

    /// <summary>
    /// Reads the blocks of a piece back and hashes each with SHA-256: to compare a bad piece with a good one later,
    /// and for v2 the leaves of its tree.
    /// </summary>
    /// <param name="piece">The piece, all of which is on disk.</param>
    /// <param name="into">Room for 32 bytes per block of the payload; the hashes end to end.</param>
    public StorageError? HashBlocks(PieceIndex piece, Memory<byte> into) =>
        PieceReader.Read(_storage, piece, 0, _storage.Geometry.PayloadLength(piece), (begin, run) =>
        {
            for (int at = 0; at < run.Length; at += PieceGeometry.BlockLength)
            {
                int count = Math.Min(PieceGeometry.BlockLength, run.Length - at);
                int block = (begin + at) / PieceGeometry.BlockLength;
                SHA256.HashData(run.Span.Slice(at, count), into.Span[(block * Sha256Hash.Length)..]);
            }
        });

    /// <summary>
    /// Submits, and completes when all that was accepted before is written and its verdicts are given.
    /// </summary>
    public Task DrainAsync()
    {
        Submit();
        Task quiet;
        lock (_gate)
        {
            if (_running == 0) return Task.CompletedTask;
            _quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            quiet = _quiet.Task;
        }
        EndGathering();
        return quiet;
    }

    /// <summary>Takes no more blocks, waits for those on their way and releases the others.</summary>
    public async ValueTask DisposeAsync()
    {
        long dropped = 0;
        lock (_gate)
        {
            _isClosed = true;
            foreach (PieceIntake piece in _pieces.Values) dropped += Release(piece.Queued);
            _ready.Clear();
        }
        TellSettled(dropped);
        await DrainAsync().ConfigureAwait(false);
        if (_laneTimer is not null) await _laneTimer.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            foreach (PieceIntake piece in _pieces.Values) piece.Work.Dispose();
            while (_idle.TryPop(out PieceIntake? piece)) piece.Work.Dispose();
            _pieces.Clear();
        }
    }

    /// <summary>Works on one piece until nothing of it waits or it is judged.</summary>
    internal void Run(PieceIntake piece)
    {
        PieceVerdict? verdict = null;
        bool isLoneWriter = piece.IsLoneWriter;
        piece.IsLoneWriter = false;
        // Once settled, a piece can be forgotten and its object be that of another one.
        PieceIndex index = piece.Piece;
        try
        {
            verdict = WorkOn(piece, index, ref isLoneWriter);
            if (verdict is { } given) _sink.OnVerdict(given);
        }
        catch (Exception fault)
        {
            // On a thread of the pool a defect, of ours or of a file system, would end the process.
            if (verdict is null) GiveUp(piece, index);
            _sink.OnFault(fault);
        }
        if (isLoneWriter) PassWriting();
        if (verdict is { Outcome: PieceOutcome.Good })
            lock (_gate) Keep(piece);
        Leave();
    }

    /// <summary>Takes the piece to work on next, if any may be worked on now.</summary>
    private PieceIntake? TakeReady()
    {
        for (int i = 0; i < _ready.Count; i++)
        {
            PieceIntake piece = _ready[i];
            bool isLoneWriter = IsWrittenAlone(piece);
            if (isLoneWriter && _hasLoneWriter) continue;
            _ready.RemoveAt(i);
            _hasLoneWriter |= piece.IsLoneWriter = isLoneWriter;
            piece.State = IntakeState.Scheduled;
            _running++;
            return piece;
        }
        return null;
    }

    /// <summary>Counts the end of one work item.</summary>
    private void Leave()
    {
        LaneBatch? due = null;
        lock (_gate)
        {
            // The piece that this one item was about may be the one that others waited for.
            if (_gathering is not null && !AreOthersComing()) due = TakeGathering();
            if (--_running == 0)
            {
                _quiet?.SetResult();
                _quiet = null;
            }
        }
        if (due is not null) _schedule(due);
    }

    private PieceVerdict? WorkOn(PieceIntake piece, PieceIndex index, ref bool isLoneWriter)
    {
        while (TakeTurn(piece))
        {
            StorageError? error = piece.Work.WriteTaken();
            TellSettled(Release(piece.Work.Taken));
            if (error is null && piece.Work.AwaitsLanes)
            {
                // From here on the piece is that of whoever hashes it.
                if (Gather(piece)) return null;
                continue;
            }
            if (error is not null) piece.Work.LetGo();
            bool hasPassedWriting = error is null && isLoneWriter && piece.Work.HoldsLeaves;
            if (hasPassedWriting)
            {
                // Others write while this one hashes.
                isLoneWriter = false;
                PassWriting();
            }
            if (error is null) piece.Work.HashHeldLeaves();
            PieceOutcome? outcome = error is null ? piece.Work.Judge() : PieceOutcome.DiskError;
            if (outcome is null)
            {
                if (hasPassedWriting && AwaitsWriting(piece)) return null;
                continue;
            }
            if (Settle(piece, outcome.Value)) return new PieceVerdict(index, outcome.Value, error);
        }
        return null;
    }

    /// <summary>Lets go of the blocks of a piece that no verdict will come for, and refuses more of it.</summary>
    private void GiveUp(PieceIntake piece, PieceIndex index)
    {
        long dropped = 0;
        lock (_gate)
        {
            if (_pieces.GetValueOrDefault(index.Value) != piece) return;
            piece.Work.LetGo();
            dropped = Release(piece.Work.Taken) + Release(piece.Queued);
            piece.State = IntakeState.Failed;
        }
        TellSettled(dropped);
    }

    /// <summary>Takes what is queued; false, and the piece is idle or gone, when there is nothing to do.</summary>
    private bool TakeTurn(PieceIntake piece)
    {
        lock (_gate)
        {
            if (piece.IsResetRequested) piece.Work.Begin(piece.Piece);
            piece.Written.CopyFrom(piece.Passed);
            bool hasWork = piece.Queued.Count > 0 || piece.IsRecheckRequested;
            piece.IsResetRequested = piece.IsRecheckRequested = false;
            if (hasWork) piece.PassQueue();
            else if (piece.Claimed.Count == 0) Recycle(piece);
            else piece.State = IntakeState.Idle;
            return hasWork;
        }
    }

    /// <summary>Makes an outcome final; false when the piece was forgotten or must be judged again meanwhile.</summary>
    private bool Settle(PieceIntake piece, PieceOutcome outcome)
    {
        long dropped;
        lock (_gate)
        {
            bool isAskedAgain = outcome == PieceOutcome.RootUnknown && piece.IsRecheckRequested;
            if (piece.IsResetRequested || isAskedAgain) return false;
            dropped = Release(piece.Queued);
            piece.State = outcome switch
            {
                PieceOutcome.RootUnknown => IntakeState.Waiting,
                PieceOutcome.BadHash => IntakeState.Bad,
                PieceOutcome.DiskError => IntakeState.Failed,
                _ => piece.State,
            };
            NoteSettled();
            if (outcome == PieceOutcome.Good)
            {
                _done.Set(piece.Piece);
                _voided.Remove(piece.Piece.Value);
                _pieces.Remove(piece.Piece.Value);
            }
        }
        TellSettled(dropped);
        return true;
    }

    private PieceIntake Find(PieceIndex piece)
    {
        if (_pieces.TryGetValue(piece.Value, out PieceIntake? found)) return found;
        if (!_idle.TryPop(out found))
            found = new PieceIntake(this, _blocksPerPiece, new PieceWork(_storage, _hashes, _blocksPerPiece, _held));
        found.Begin(piece, IsForLanes(piece));
        _pieces.Add(piece.Value, found);
        return found;
    }

    private void Recycle(PieceIntake piece)
    {
        _pieces.Remove(piece.Piece.Value);
        _ready.Remove(piece);
        Keep(piece);
    }

    private void Keep(PieceIntake piece)
    {
        piece.Work.LetGo();
        if (_idle.Count < MaxIdlePieces) _idle.Push(piece);
        else piece.Work.Dispose();
    }

    /// <summary>Gives up blocks and returns their bytes, of which the sink is told once no lock is held.</summary>
    private long Release(List<QueuedBlock> blocks)
    {
        long bytes = 0;
        foreach (QueuedBlock block in blocks)
        {
            bytes += block.Slice.Length;
            block.Slice.Slab.Release();
        }
        blocks.Clear();
        if (bytes > 0) Interlocked.Add(ref _queuedBytes, -bytes);
        return bytes;
    }

    private void TellSettled(long bytes)
    {
        if (bytes > 0) _sink.OnSettled(bytes);
    }

    [DoesNotReturn]
    private static void ThrowNotBlocks(PieceIndex piece, int begin, int length) => throw new ArgumentException(
        $"Bytes {begin} to {begin + length} of piece {piece} are not whole blocks of its payload.", nameof(begin));
}
