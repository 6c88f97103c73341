using System.Collections.Concurrent;
using Shoal.Storage.Checking;

namespace Shoal.Storage.Tests.Fakes;

/// <summary>Keeps the verdicts in the order in which they came.</summary>
internal sealed class VerdictLog : IVerdictSink
{
    public ConcurrentQueue<PieceVerdict> Verdicts { get; } = new();

    /// <summary>Runs in the call, on the thread that gives the verdict.</summary>
    public Action<PieceVerdict> Then { get; set; } = _ => { };

    public void OnVerdict(PieceVerdict verdict)
    {
        Verdicts.Enqueue(verdict);
        Then(verdict);
    }

    public IEnumerable<int> Pieces(PieceOutcome outcome) =>
        Verdicts.Where(v => v.Outcome == outcome).Select(v => v.Piece.Value).Order();
}
