using Shoal.Protocol;

namespace Shoal.Storage.Intake;

/// <summary>
/// Where a piece is on its way to the disk. Legal transitions:
/// <code>
///   Idle -> Scheduled -> Idle                       blocks were written, more are to come or to be written
///           Scheduled -> Failed | Bad | Waiting     verdict: disk error, wrong hash, root unknown
///   Waiting -> Scheduled                            the root may be known by now
///   any -> Idle                                     forgotten; a scheduled one when its turn is over
/// </code>
/// A good piece leaves the intake.
/// </summary>
internal enum IntakeState
{
    Idle,
    Scheduled,
    Waiting,
    Bad,
    Failed,
}

/// <summary>
/// One piece on its way to the disk, and the work item that writes it. Everything here but <see cref="Work"/> is owned
/// by the lock of the <see cref="BlockIntake"/>; the work is owned by whoever runs the piece, and only one does.
/// </summary>
internal sealed class PieceIntake(BlockIntake intake, int blocksPerPiece, PieceWork work) : IThreadPoolWorkItem
{
    /// <summary>The piece; changes when the object is used again.</summary>
    public PieceIndex Piece { get; private set; }

    public IntakeState State { get; set; }

    /// <summary>True when the work done so far is void and must be started again.</summary>
    public bool IsResetRequested { get; set; }

    /// <summary>True when a complete piece is to be judged again.</summary>
    public bool IsRecheckRequested { get; set; }

    /// <summary>True while the piece waits, whole, to be hashed beside others.</summary>
    public bool IsGathered { get; set; }

    /// <summary>True while no other piece that is hashed beside others may be written.</summary>
    public bool IsLoneWriter { get; set; }

    /// <summary>Blocks that wait, in order of arrival.</summary>
    public List<QueuedBlock> Queued { get; private set; } = [];

    /// <summary>Blocks that have come, written or not.</summary>
    public BlockSet Claimed { get; } = new(blocksPerPiece);

    /// <summary>Blocks that were handed to the work so far.</summary>
    public BlockSet Passed { get; } = new(blocksPerPiece);

    /// <summary>Blocks that are written: what was handed to the work before its last turn.</summary>
    public BlockSet Written { get; } = new(blocksPerPiece);

    /// <summary>Blocks of <see cref="Written"/> that a journal has noted.</summary>
    public BlockSet Noted { get; } = new(blocksPerPiece);

    public PieceWork Work { get; } = work;

    /// <summary>Makes the object that of a piece.</summary>
    public void Begin(PieceIndex piece, bool isForLanes)
    {
        Piece = piece;
        State = IntakeState.Idle;
        IsResetRequested = IsRecheckRequested = false;
        ForgetBlocks();
        Work.IsForLanes = isForLanes;
        Work.Begin(piece);
    }

    /// <summary>Makes all blocks open again.</summary>
    public void ForgetBlocks()
    {
        Claimed.Clear();
        Passed.Clear();
        Written.Clear();
        Noted.Clear();
    }

    /// <summary>Takes blocks for come and written.</summary>
    public void Restore(BlockSpan run)
    {
        Claimed.Include(run);
        Passed.Include(run);
        Written.Include(run);
        Noted.Include(run);
        Work.Restore(run);
    }

    /// <summary>Hands the queued blocks to the work and takes its empty list for the next ones.</summary>
    public void PassQueue()
    {
        Queued = Work.Exchange(Queued);
        Passed.CopyFrom(Claimed);
    }

    void IThreadPoolWorkItem.Execute() => intake.Run(this);
}
