using Shoal.Protocol;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Intake;

/// <content>
/// Pieces whose SHA-1 is computed side by side: two fifths of the time that one after the other takes, for which a
/// piece waits until there are others. So it is done only while pieces come fast. Where there are only SHA-256 leaves,
/// each piece has enough of them and waits for nobody.
/// </content>
public sealed partial class BlockIntake
{
    /// <summary>
    /// The longest that a whole piece waits for others. When eight pieces take longer to come, each is hashed by
    /// itself while it arrives: the time to gain is small then, and peers wait to be told of it.
    /// </summary>
    private static readonly TimeSpan MaxLaneWait = TimeSpan.FromMilliseconds(50);

    private readonly Queue<long> _settleTimes = new(LaneMath.Lanes);
    private readonly Stack<LaneBatch> _idleBatches = new();
    private readonly HeldBytes _held = new();
    private readonly int _lanesPerBatch;
    private LaneBatch? _gathering;
    private ITimer? _laneTimer;
    private bool _hasLoneWriter;

    /// <summary>Pieces that are hashed at a time; 0 where blocks are never held.</summary>
    private int LanesFor(PieceGeometry geometry)
    {
        if (!LaneMath.IsSupported || geometry.PieceLength % LaneInput.BlockBytes != 0) return 0;
        int lanes = Math.Min(LaneMath.Lanes, HeldBytes.MaxBatch / geometry.PieceLength);
        if (!_hashes.HasV1) return Math.Max(1, lanes);
        return lanes < LaneBatch.MinPieces ? 0 : lanes;
    }

    /// <summary>True when a piece that begins now will soon have others to be hashed beside.</summary>
    private bool IsForLanes(PieceIndex piece) =>
        _lanesPerBatch > 0
        && (!_hashes.HasV1 || _storage.Geometry.PayloadLength(piece) == _storage.Geometry.PieceLength)
        && _settleTimes.Count == _lanesPerBatch
        && _time.GetElapsedTime(_settleTimes.Peek()) < MaxLaneWait
        && (!_hashes.HasV1 || HaveRoomToHold());

    /// <summary>
    /// True while all pieces that have begun, and one more, can be held until they are whole. Of many peers each sends
    /// a piece of its own: what was held of them would have to be let go half-way, and read back.
    /// </summary>
    private bool HaveRoomToHold()
    {
        long bytes = _storage.Geometry.PieceLength;
        foreach (PieceIntake other in _pieces.Values)
            if (IsComing(other)) bytes += _storage.Geometry.PieceLength;
        return bytes <= HeldBytes.Max;
    }

    /// <summary>
    /// True for a piece whose blocks are hashed only after they are written: one such is written at a time, since the
    /// kernel lets only one write to a file, and lets others spin until it is done.
    /// </summary>
    private static bool IsWrittenAlone(PieceIntake piece) => piece.Work.IsForLanes;

    /// <summary>Ends the turn of the lone writer and begins that of the next.</summary>
    private void PassWriting()
    {
        lock (_gate) _hasLoneWriter = false;
        Submit();
    }

    /// <summary>
    /// Has a piece of which more came meanwhile wait, as the oldest, until it may be written; false when there is
    /// nothing more of it.
    /// </summary>
    private bool AwaitsWriting(PieceIntake piece)
    {
        lock (_gate)
        {
            if (piece.IsResetRequested || piece.Queued.Count == 0) return false;
            piece.State = IntakeState.Idle;
            _ready.Insert(0, piece);
        }
        Submit();
        return true;
    }

    private void NoteSettled()
    {
        if (_lanesPerBatch == 0) return;
        if (_settleTimes.Count == _lanesPerBatch) _settleTimes.Dequeue();
        _settleTimes.Enqueue(_time.GetTimestamp());
    }

    /// <summary>
    /// Puts a whole piece with the others that wait; false when it was forgotten meanwhile and must be begun anew.
    /// </summary>
    private bool Gather(PieceIntake piece)
    {
        LaneBatch? due;
        lock (_gate)
        {
            if (piece.IsResetRequested) return false;
            if (_gathering is null && !_idleBatches.TryPop(out _gathering)) _gathering = new LaneBatch(this);
            _gathering.Pieces.Add(piece);
            piece.IsGathered = true;
            // It counts once more from here on: it may be judged before the one who put it here has passed writing on.
            _running++;
            bool isDue = _gathering.Pieces.Count == _lanesPerBatch || _quiet is not null || !AreOthersComing();
            due = isDue ? TakeGathering() : null;
            if (due is null && _gathering.Pieces.Count == 1) StartLaneTimer();
        }
        if (due is not null) _schedule(due);
        return true;
    }

    private bool AreOthersComing()
    {
        foreach (PieceIntake other in _pieces.Values)
            if (IsComing(other)) return true;
        return false;
    }

    private static bool IsComing(PieceIntake piece) => piece.State <= IntakeState.Scheduled && !piece.IsGathered;

    private LaneBatch? TakeGathering()
    {
        LaneBatch? taken = _gathering;
        _gathering = null;
        return taken;
    }

    private void StartLaneTimer()
    {
        _laneTimer ??= _time.CreateTimer(
            static intake => ((BlockIntake)intake!).EndGathering(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _laneTimer.Change(MaxLaneWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Hashes the pieces that wait, however few.</summary>
    private void EndGathering()
    {
        LaneBatch? due;
        lock (_gate) due = TakeGathering();
        if (due is not null) _schedule(due);
    }

    /// <summary>Hashes pieces side by side and goes on with each.</summary>
    internal void Run(LaneBatch batch)
    {
        Exception? defect = null;
        try
        {
            batch.Hash(_storage.Geometry.PieceLength);
        }
        catch (Exception fault)
        {
            // As for one piece: a defect must not end the process.
            defect = fault;
        }
        foreach (PieceIntake piece in batch.Pieces)
        {
            lock (_gate)
            {
                piece.IsGathered = false;
                piece.IsRecheckRequested = true;
            }
            if (defect is null)
            {
                Run(piece);
                continue;
            }
            GiveUp(piece, piece.Piece);
            _sink.OnFault(defect);
            Leave();
        }
        batch.Pieces.Clear();
        lock (_gate) _idleBatches.Push(batch);
    }
}
