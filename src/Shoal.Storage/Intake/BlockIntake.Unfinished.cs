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
                piece.Written.AddRuns(_storage.Geometry, piece.Piece, written, piece.Noted);
                piece.Noted.CopyFrom(piece.Written);
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
            foreach (BlockSpan run in runs) Find(run.Piece).Restore(run);
    }

    /// <summary>
    /// True for a piece of which more is written than is noted. One that is whole is noted by its verdict.
    /// </summary>
    private bool IsNotable(PieceIntake piece) =>
        piece.State <= IntakeState.Scheduled && piece.Written.Count > piece.Noted.Count
        && piece.Written.Count < _storage.Geometry.BlockCount(piece.Piece);
}
