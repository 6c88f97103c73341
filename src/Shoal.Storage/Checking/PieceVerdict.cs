using Shoal.Protocol;

namespace Shoal.Storage.Checking;

/// <summary>The end of one attempt at a piece.</summary>
/// <param name="Piece">The piece that was judged.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Error">What the disk said; null unless the outcome is <see cref="PieceOutcome.DiskError"/>.</param>
public readonly record struct PieceVerdict(PieceIndex Piece, PieceOutcome Outcome, StorageError? Error);
