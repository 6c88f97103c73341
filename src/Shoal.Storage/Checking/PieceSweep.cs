using Shoal.Protocol;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Checking;

/// <summary>
/// Reads and hashes many pieces on all cores. Each reader takes the next stretch of consecutive pieces, so that each
/// file is read in large steps from front to back, and one large file keeps all of them as busy as many small ones do.
/// </summary>
internal sealed class PieceSweep(TorrentStorage storage, bool hasV1, bool hasV2)
{
    /// <summary>Bytes that a reader takes at a time, so that rotating disks seek seldom.</summary>
    private const int StretchBytes = 4 * SweepReader.BufferBytes;

    private readonly bool _hashesTogether =
        LaneMath.IsSupported && hasV1 && storage.Geometry.PieceLength % LaneInput.BlockBytes == 0;

    private readonly Lock _gate = new();
    private long _doneBytes;
    private int _next;
    private bool _isOver;

    /// <summary>Payload bytes of the pieces that are dealt with.</summary>
    public long DoneBytes => Interlocked.Read(ref _doneBytes);

    /// <summary>Hashes the pieces in a set, or all of them.</summary>
    /// <param name="wanted">The pieces; null for all. It must not change meanwhile.</param>
    /// <param name="target">Takes the hashes.</param>
    /// <param name="readers">Threads that read and hash.</param>
    /// <param name="cancellation">Ends the sweep between two pieces.</param>
    public Task RunAsync(Bitfield? wanted, ISweepTarget target, int readers, CancellationToken cancellation)
    {
        var tasks = new Task[readers];
        for (int i = 0; i < readers; i++)
            tasks[i] = Task.Factory.StartNew(
                () => Read(wanted, target, cancellation), cancellation, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        return Task.WhenAll(tasks);
    }

    private void Read(Bitfield? wanted, ISweepTarget target, CancellationToken cancellation)
    {
        using var reader = new SweepReader(storage, hasV1, hasV2);
        var together = new List<PieceIndex>(LaneMath.Lanes);
        while (TakeStretch(wanted, out int first, out int end))
        {
            reader.Begin(wanted, end);
            for (int number = first; number < end; number++)
            {
                if (wanted is not null && !wanted[number]) continue;
                cancellation.ThrowIfCancellationRequested();
                PieceIndex piece = storage.Geometry.Piece(number);
                if (target.Skips(piece)) NoteDone(piece);
                else if (_hashesTogether && IsWhole(piece)) together.Add(piece);
                else if (!Hash(reader, piece, target)) return;
                if (together.Count == LaneMath.Lanes && !HashTogether(reader, together, target)) return;
            }
            if (!HashTogether(reader, together, target)) return;
        }
    }

    /// <summary>True for a piece without padding, of the length that all but the last one have.</summary>
    private bool IsWhole(PieceIndex piece) => storage.Geometry.PayloadLength(piece) == storage.Geometry.PieceLength;

    /// <summary>Hashes some pieces and forgets them; false ends the sweep.</summary>
    private bool HashTogether(SweepReader reader, List<PieceIndex> pieces, ISweepTarget target)
    {
        bool goesOn = true;
        if (pieces.Count > 1 && reader.HashTogether(pieces))
        {
            for (int lane = 0; lane < pieces.Count; lane++)
            {
                target.OnHashed(pieces[lane], reader.Hasher(lane));
                NoteDone(pieces[lane]);
            }
        }
        else
        {
            for (int i = 0; i < pieces.Count && goesOn; i++) goesOn = Hash(reader, pieces[i], target);
        }
        pieces.Clear();
        return goesOn;
    }

    private bool Hash(SweepReader reader, PieceIndex piece, ISweepTarget target)
    {
        StorageError? error = reader.Hash(piece);
        if (error is null) target.OnHashed(piece, reader.Hasher());
        else if (!target.OnError(piece, error)) return Stop();
        NoteDone(piece);
        return true;
    }

    private void NoteDone(PieceIndex piece) =>
        Interlocked.Add(ref _doneBytes, storage.Geometry.PayloadLength(piece));

    private bool TakeStretch(Bitfield? wanted, out int first, out int end)
    {
        int most = Math.Max(_hashesTogether ? LaneMath.Lanes : 1, StretchBytes / storage.Geometry.PieceLength);
        lock (_gate)
        {
            first = wanted is null ? _next : wanted.NextSet(_next);
            bool isAny = !_isOver && first >= 0 && first < storage.Geometry.PieceCount;
            end = isAny ? Math.Min(storage.Geometry.PieceCount, first + most) : first;
            if (isAny) _next = end;
            return isAny;
        }
    }

    private bool Stop()
    {
        lock (_gate) _isOver = true;
        return false;
    }
}
