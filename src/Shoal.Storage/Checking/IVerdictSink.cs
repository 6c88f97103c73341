namespace Shoal.Storage.Checking;

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
