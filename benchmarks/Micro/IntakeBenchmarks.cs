using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.Torrents;
using Shoal.Storage;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;

namespace Shoal.Micro;

/// <summary>
/// A block's way from the receive slab through write and hash to the verdict, on one thread and a disk that keeps
/// nothing; one operation is a block of 16 KiB.
/// </summary>
public class IntakeBenchmarks : IVerdictSink
{
    private const int PieceLength = 1 << 20;
    private const int Blocks = PieceLength / PieceGeometry.BlockLength;
    private const int SlabBytes = 512 * 1024;

    private readonly SlabPool _slabs = new(SlabBytes, 4);
    private readonly List<IThreadPoolWorkItem> _scheduled = [];
    private FileHandlePool _handles = null!;
    private TorrentStorage _storage = null!;
    private BlockIntake _intake = null!;
    private PieceIndex _piece;
    private int _verdicts;

    [Params("v1", "hybrid")]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Begin()
    {
        TorrentVersion version = Format == "v1" ? TorrentVersion.V1 : TorrentVersion.Hybrid;
        byte[] torrent = PlainTorrent.Create(version, files: 1, piecesPerFile: 4, PieceLength);
        if (!MetainfoReader.TryRead(torrent, out Metainfo? metainfo, out string? error))
            throw new InvalidOperationException(error);
        _handles = new FileHandlePool(new VoidDisk());
        StorageError? refused =
            TorrentStorage.Open(metainfo.Info, "/void", StorageOptions.Default, _handles, out TorrentStorage? storage);
        _storage = storage ?? throw new InvalidOperationException(refused?.Sentence);
        var forest = version == TorrentVersion.V1
            ? null
            : new Protocol.Merkle.HashForest(metainfo.Info, metainfo.PieceLayers);
        var hashes = new PieceHashes(metainfo.Info, forest is null ? null : forest.TryPieceRoot);
        PieceGeometry geometry = metainfo.Info.Geometry;
        _intake = new BlockIntake(_storage, hashes, this, new Bitfield(geometry.PieceCount), _scheduled.Add);
        _piece = geometry.Piece(1);
    }

    [GlobalCleanup]
    public async Task EndAsync()
    {
        await _intake.DisposeAsync();
        _storage.Dispose();
        _handles.Dispose();
        if (_slabs.Outstanding != 0) throw new InvalidOperationException("A slab was not given back.");
    }

    /// <summary>Half a MiB a network turn, as a fast peer sends it.</summary>
    [Benchmark(OperationsPerInvoke = Blocks)]
    public int Take_a_piece()
    {
        for (int begin = 0; begin < PieceLength; begin += SlabBytes)
        {
            Slab slab = _slabs.Rent();
            for (int at = 0; at < SlabBytes; at += PieceGeometry.BlockLength)
                _intake.Accept(_piece, begin + at, new SlabSlice(slab, at, PieceGeometry.BlockLength));
            slab.Release();
            _intake.Submit();
            foreach (IThreadPoolWorkItem item in _scheduled) item.Execute();
            _scheduled.Clear();
        }

        // The made-up hashes never match; forgotten, the piece can come again.
        _intake.Forget(_piece);
        return _verdicts;
    }

    void IVerdictSink.OnVerdict(PieceVerdict verdict) => _verdicts++;

    void IVerdictSink.OnFault(Exception fault) => throw new InvalidOperationException("The intake failed.", fault);

    void IVerdictSink.OnSettled(long bytes)
    {
        // Nobody waits for the budget here.
    }
}
