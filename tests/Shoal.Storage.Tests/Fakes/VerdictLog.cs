using System.Collections.Concurrent;
using Shoal.Storage.Checking;

namespace Shoal.Storage.Tests.Fakes;

/// <summary>Keeps the verdicts in the order in which they came.</summary>
internal sealed class VerdictLog : IVerdictSink
{
    private long _settledBytes;

    public ConcurrentQueue<PieceVerdict> Verdicts { get; } = new();

    /// <summary>Runs in the call, on the thread that gives the verdict.</summary>
    public Action<PieceVerdict> Then { get; set; } = _ => { };

    public void OnVerdict(PieceVerdict verdict)
    {
        Verdicts.Enqueue(verdict);
        Then(verdict);
    }

    /// <summary>Bytes that wait for the disk no more.</summary>
    public long SettledBytes => Interlocked.Read(ref _settledBytes);

    public void OnSettled(long bytes) => Interlocked.Add(ref _settledBytes, bytes);

    public ConcurrentQueue<Exception> Faults { get; } = new();

    public void OnFault(Exception fault) => Faults.Enqueue(fault);

    public IEnumerable<int> Pieces(PieceOutcome outcome) =>
        Verdicts.Where(v => v.Outcome == outcome).Select(v => v.Piece.Value).Order();
}
