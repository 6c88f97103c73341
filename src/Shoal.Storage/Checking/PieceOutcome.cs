using Shoal.Protocol;

namespace Shoal.Storage.Checking;

/// <summary>What became of a piece.</summary>
public enum PieceOutcome
{
    /// <summary>All its bytes are on disk and hash right.</summary>
    Good,

    /// <summary>All its bytes are there, but they hash to something else.</summary>
    BadHash,

    /// <summary>All its bytes are on disk and hashed, but what they must hash to is not known yet.</summary>
    RootUnknown,

    /// <summary>Not all its bytes are on disk: files are missing or end too early. Only a check says so.</summary>
    Missing,

    /// <summary>The disk failed.</summary>
    DiskError,
}

/// <summary>The end of one attempt at a piece.</summary>
/// <param name="Piece">The piece that was judged.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Error">What the disk said; null unless the outcome is <see cref="PieceOutcome.DiskError"/>.</param>
public readonly record struct PieceVerdict(PieceIndex Piece, PieceOutcome Outcome, StorageError? Error);

/// <summary>
/// Hears what becomes of pieces. It is called on pool threads, several at once, and must return quickly.
/// </summary>
public interface IVerdictSink
{
    /// <summary>A piece is judged. Its data is written, though not yet flushed to the medium.</summary>
    void OnVerdict(PieceVerdict verdict);

    /// <summary>Blocks wait for the disk no more: they are written, or were dropped.</summary>
    /// <param name="bytes">Their bytes.</param>
    void OnSettled(long bytes);

    /// <summary>
    /// A defect showed up while a piece was worked on. Nothing more of that piece is taken and no verdict is given.
    /// </summary>
    /// <param name="fault">What was thrown.</param>
    void OnFault(Exception fault);
}
