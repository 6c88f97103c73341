using Shoal.Protocol;
using Shoal.Storage.Files;

namespace Shoal.Storage.Checking;

/// <summary>
/// Checks which pieces on disk are right, on all cores and with large reads. Pieces of files that are missing or end
/// before them are told without reading. One run per instance.
/// </summary>
public sealed class Verifier
{
    private readonly TorrentStorage _storage;
    private readonly PieceHashes _hashes;
    private readonly PieceSweep _sweep;

    /// <summary>A check that is yet to run.</summary>
    public Verifier(TorrentStorage storage, PieceHashes hashes)
    {
        _storage = storage;
        _hashes = hashes;
        _sweep = new PieceSweep(storage, hashes.HasV1, hashes.HasV2);
    }

    /// <summary>Bytes of the pieces that are judged so far, without padding; for progress, from any thread.</summary>
    public long CheckedBytes => _sweep.DoneBytes;

    /// <summary>Checks the pieces in a set.</summary>
    /// <param name="wanted">The pieces; null for all. It must not change meanwhile.</param>
    /// <param name="sink">Hears of each piece, on several threads at once; null for nobody.</param>
    /// <param name="cancellation">Ends the check; the task is then cancelled.</param>
    /// <param name="readers">Threads that read and hash; 0, the default, for one per core.</param>
    /// <returns>The pieces that are good, of those asked about.</returns>
    public async Task<Bitfield> RunAsync(
        Bitfield? wanted, IVerdictSink? sink, CancellationToken cancellation, int readers = 0)
    {
        var target = new Target(_storage, _hashes, sink);
        int threads = readers > 0 ? readers : Environment.ProcessorCount;
        await _sweep.RunAsync(wanted, target, threads, cancellation).ConfigureAwait(false);
        return target.Good;
    }

    private sealed class Target(TorrentStorage storage, PieceHashes hashes, IVerdictSink? sink) : ISweepTarget
    {
        private readonly Lock _gate = new();
        private readonly StoredExtent _extent = storage.MeasureExtent();

        public Bitfield Good { get; } = new(storage.Geometry.PieceCount);

        public bool Skips(PieceIndex piece)
        {
            if (_extent.Holds(piece)) return false;
            sink?.OnVerdict(new PieceVerdict(piece, PieceOutcome.Missing, null));
            return true;
        }

        public void OnHashed(PieceIndex piece, PieceHasher hasher)
        {
            PieceOutcome outcome = hashes.Judge(piece, hasher.Sha1, hasher.Leaves(storage.Geometry.BlockCount(piece)));
            if (outcome == PieceOutcome.Good)
                lock (_gate) Good.Set(piece);
            sink?.OnVerdict(new PieceVerdict(piece, outcome, null));
        }

        public bool OnError(PieceIndex piece, StorageError error)
        {
            bool isMissing = error.Kind == StorageFault.Missing;
            PieceOutcome outcome = isMissing ? PieceOutcome.Missing : PieceOutcome.DiskError;
            sink?.OnVerdict(new PieceVerdict(piece, outcome, isMissing ? null : error));
            return true;
        }
    }
}
