using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <content>How many pieces may be begun at a time, and which is given up for another.</content>
internal sealed partial class PiecePicker
{
    // Blocks in all begun pieces, eight times what the picker aims at. What is kept of a block, here and on its way to
    // the disk, is some 60 bytes, whether it has come or not: 2 MiB in all.
    private const int MaxPartialBlocks = 8 * MaxBegunBlocks;

    // Of the largest pieces, twice what the picker aims at.
    private const int LeastPartialPieces = 8;

    // Of the smallest pieces: what is looked through to make room.
    private const int MostPartialPieces = 4096;

    private readonly Queue<(PieceIndex Piece, long Bytes)> _givenUp = new();

    /// <summary>
    /// Pieces that can be in state Partial at a time. A peer that leaves a block in each of many large pieces would
    /// otherwise cost more memory than it sends.
    /// </summary>
    public int MaxPartialPieces =>
        Math.Clamp(MaxPartialBlocks / _blocksPerPiece, LeastPartialPieces, MostPartialPieces);

    /// <summary>
    /// Takes a piece that was given up since the last call, to make room for another or to be begun anew. It is in
    /// state Missing, or begun anew; what had come of it is void.
    /// </summary>
    /// <param name="piece">One that can be asked for anew.</param>
    /// <param name="bytes">What peers had sent of it.</param>
    public bool TryTakeGivenUp(out PieceIndex piece, out long bytes)
    {
        bool isAny = _givenUp.TryDequeue(out (PieceIndex Piece, long Bytes) next);
        (piece, bytes) = next;
        return isAny;
    }

    /// <summary>Begins a piece; null when there is no room for one more and none can be given up.</summary>
    private PartialPiece? TryBegin(int number)
    {
        if (_partials.Count >= MaxPartialPieces && !MakeRoom()) return null;
        return Begin(number);
    }

    /// <summary>
    /// Gives up the piece with the fewest blocks of those that nobody is on and nobody is asked for. While blocks are
    /// asked for in all of them none is given up: they come, or their peers are passed over.
    /// </summary>
    private bool MakeRoom()
    {
        int partial = 0;
        PartialPiece? least = null;
        foreach (PartialPiece candidate in _partials)
        {
            if (_states[candidate.Piece.Value] != PieceState.Partial) continue;
            partial++;
            if (!IsAtRest(candidate)) continue;
            if (least is null || candidate.ReceivedCount < least.ReceivedCount) least = candidate;
        }
        if (partial < MaxPartialPieces) return true;
        if (least is null) return false;
        GiveUp(least);
        return true;
    }

    /// <summary>
    /// A peer on parole brings pieces whole, so one that others have begun is not for it. When there is nothing else it
    /// may be the only one left that has the rest, even of what it began itself on an earlier connection. Then the
    /// piece with the fewest blocks is given up and begun anew.
    /// </summary>
    private PartialPiece? BeginAnew(in PickContext context)
    {
        if (!context.Parole || context.Peer.Outstanding > 0) return null;
        PartialPiece? least = null;
        foreach (PartialPiece orphan in _orphans)
        {
            if (!context.Peer.Set[orphan.Piece] || !IsAtRest(orphan)) continue;
            if (least is null || orphan.ReceivedCount < least.ReceivedCount) least = orphan;
        }
        if (least is null) return null;
        int number = least.Piece.Value;
        GiveUp(least);
        return Begin(number);
    }

    private static bool IsAtRest(PartialPiece partial) =>
        partial.Owner is null && partial.OpenCount + partial.ReceivedCount == partial.BlockCount;

    private void GiveUp(PartialPiece partial)
    {
        int number = partial.Piece.Value;
        if (partial.ReceivedCount > 0)
            _givenUp.Enqueue((partial.Piece, partial.ReceivedBytes - partial.RestoredBytes));
        Drop(partial);
        ComeToRest(number);
    }
}
