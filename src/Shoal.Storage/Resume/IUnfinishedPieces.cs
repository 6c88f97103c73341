using Shoal.Protocol;

namespace Shoal.Storage.Resume;

/// <summary>What is written of pieces that are not whole, for a journal to note. Safe for concurrent use.</summary>
public interface IUnfinishedPieces
{
    /// <summary>True when something was written or forgotten since it was last taken.</summary>
    bool HasNews { get; }

    /// <summary>Takes what is new. It must not call back into the journal.</summary>
    /// <param name="forgotten">Takes pieces of which nothing that was taken earlier is there any more.</param>
    /// <param name="written">
    /// Takes runs of blocks that are written and were not taken yet, of forgotten pieces too, begun anew.
    /// </param>
    void TakeNews(ICollection<PieceIndex> forgotten, ICollection<BlockSpan> written);
}
