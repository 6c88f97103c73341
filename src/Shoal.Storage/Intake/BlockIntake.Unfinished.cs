using Shoal.Protocol;
using Shoal.Storage.Resume;

namespace Shoal.Storage.Intake;

/// <content>
/// Pieces that are not whole: what an earlier process wrote of them, and what a later one may go on with.
/// </content>
public sealed partial class BlockIntake : IUnfinishedPieces
{
    // Pieces of which a journal has noted blocks that are forgotten since.
    private readonly HashSet<int> _voided = [];

    /// <inheritdoc/>
    public bool HasNews
    {
        get
        {
            lock (_gate)
            {
                if (_voided.Count > 0) return true;
                foreach (PieceIntake piece in _pieces.Values)
                    if (IsNotable(piece)) return true;
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public void TakeNews(ICollection<PieceIndex> forgotten, ICollection<BlockSpan> written)
    {
        lock (_gate)
        {
            foreach (int piece in _voided) forgotten.Add(_storage.Geometry.Piece(piece));
            _voided.Clear();
            foreach (PieceIntake piece in _pieces.Values)
            {
                if (!IsNotable(piece)) continue;
                piece.Claimed.AddRuns(_storage.Geometry, piece.Piece, written, piece.Noted);
                piece.Noted.CopyFrom(piece.Claimed);
            }
        }
    }

    /// <summary>
    /// Takes blocks for written that are on disk since before. To be called before the first block is accepted.
    /// </summary>
    /// <param name="runs">Whole blocks of pieces that are not complete and do not become so by them.</param>
    public void Restore(IEnumerable<BlockSpan> runs)
    {
        lock (_gate)
        {
            foreach (BlockSpan run in runs)
            {
                PieceIntake target = Find(run.Piece);
                target.Claimed.Include(run);
                target.Noted.Include(run);
                target.Work.Restore(run);
            }
        }
    }

    /// <summary>
    /// True for a piece that has new blocks, all of them written, and waits for more. One that is being worked on is
    /// noted another time: it may be whole by then.
    /// </summary>
    private bool IsNotable(PieceIntake piece) =>
        piece.State == IntakeState.Idle && piece.Queued.Count == 0 && piece.Claimed.Count > piece.Noted.Count
        && piece.Claimed.Count < _storage.Geometry.BlockCount(piece.Piece);
}
