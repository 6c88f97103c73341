using Shoal.Protocol;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Intake;

/// <summary>
/// Pieces whose blocks are all written and still in memory, and the work item that hashes them side by side.
/// Collected under the lock of the <see cref="BlockIntake"/>, then used by one thread.
/// </summary>
internal sealed class LaneBatch(BlockIntake intake) : IThreadPoolWorkItem
{
    /// <summary>Pieces that lanes are worth taking for: the eight cost what three by themselves do.</summary>
    public const int MinPieces = 3;

    private readonly Sha1Lanes _lanes = new();
    private readonly LeafLanes _leafLanes = new();
    private readonly ReadOnlyMemory<byte>[] _inputs = new ReadOnlyMemory<byte>[LaneMath.Lanes];

    public List<PieceIntake> Pieces { get; } = new(LaneMath.Lanes);

    /// <summary>Hashes all pieces, each by itself when they are few.</summary>
    /// <param name="pieceLength">Bytes of each piece.</param>
    public void Hash(int pieceLength)
    {
        if (Pieces.Count < MinPieces)
        {
            foreach (PieceIntake piece in Pieces) piece.Work.HashHeld();
            return;
        }
        _lanes.Reset();
        for (int begin = 0, block = 0; begin < pieceLength; begin += PieceGeometry.BlockLength, block++)
        {
            for (int lane = 0; lane < _inputs.Length; lane++)
                _inputs[lane] = Pieces[lane < Pieces.Count ? lane : 0].Work.HeldBlock(block);
            _lanes.Append(new LaneInput(_inputs, Math.Min(PieceGeometry.BlockLength, pieceLength - begin)));
            // Of a hybrid, SHA-256 has its turn with the same bytes while they are in the cache.
            foreach (PieceIntake piece in Pieces) piece.Work.AddHeldLeaf(block, _leafLanes);
        }
        _leafLanes.Finish();
        _lanes.Finish();
        Array.Clear(_inputs);
        for (int lane = 0; lane < Pieces.Count; lane++) Pieces[lane].Work.TakeV1(_lanes, lane);
    }

    void IThreadPoolWorkItem.Execute() => intake.Run(this);
}
