using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Intake;

/// <summary>
/// An intake over a disk in memory whose work runs only when the test says so, and a pool that must be whole again at
/// the end.
/// </summary>
internal sealed class IntakeRig : IAsyncDisposable
{
    private readonly List<IThreadPoolWorkItem> _scheduled = [];

    public IntakeRig(
        TestTorrent torrent, PieceRootLookup? roots = null, IFileSystem? disk = null, Bitfield? have = null,
        TimeProvider? time = null)
    {
        Torrent = torrent;
        Handles = new FileHandlePool(disk ?? Disk);
        Assert.Null(TorrentStorage.Open(torrent.Info, "/downloads", StorageOptions.Default, Handles, out var storage));
        Storage = storage!;
        Hashes = new PieceHashes(torrent.Info, roots ?? Roots.Of(torrent));
        Intake = new BlockIntake(
            Storage, Hashes, Log, have ?? new Bitfield(torrent.Geometry.PieceCount), Schedule, time);
    }

    public TestTorrent Torrent { get; }

    public MemoryFileSystem Disk { get; } = new();

    public FileHandlePool Handles { get; }

    public TorrentStorage Storage { get; }

    public PieceHashes Hashes { get; }

    public VerdictLog Log { get; } = new();

    public BlockIntake Intake { get; }

    public SlabPool Slabs { get; } = new(PieceGeometry.BlockLength * 4, 16);

    /// <summary>Hashes pieces side by side on the thread that finds them due, before it does anything else.</summary>
    public bool RunsBatchesAtOnce { get; set; }

    /// <summary>Work items that the intake has given to the pool and that have not run.</summary>
    public int ScheduledCount => _scheduled.Count;

    public PieceGeometry Geometry => Torrent.Geometry;

    public PieceIndex Piece(int number) => Geometry.Piece(number);

    public IEnumerable<BlockSpan> BlocksOf(int piece) =>
        Enumerable.Range(0, Geometry.BlockCount(Piece(piece))).Select(i => Geometry.Block(Piece(piece), i));

    public IEnumerable<BlockSpan> AllBlocks => Enumerable.Range(0, Geometry.PieceCount).SelectMany(BlocksOf);

    /// <summary>Gives a block of the torrent to the intake, with one byte flipped if asked to.</summary>
    public bool Accept(BlockSpan block, bool corrupt = false)
    {
        Slab slab = Slabs.Rent();
        Torrent.Block(block).CopyTo(slab.Array.AsMemory(7));
        if (corrupt) slab.Array[7] ^= 1;
        bool taken = Intake.Accept(block.Piece, block.Begin, new SlabSlice(slab, 7, block.Length));
        slab.Release();
        return taken;
    }

    /// <summary>Submits and does all work, in the order chosen by the random source.</summary>
    public void Work(Random? order = null)
    {
        Intake.Submit();
        while (_scheduled.Count > 0)
        {
            int next = order?.Next(_scheduled.Count) ?? 0;
            IThreadPoolWorkItem item = _scheduled[next];
            _scheduled.RemoveAt(next);
            item.Execute();
        }
    }

    public void AcceptAndWork(IEnumerable<BlockSpan> blocks)
    {
        foreach (BlockSpan block in blocks) Assert.True(Accept(block));
        Work();
    }

    /// <summary>Fails unless every file on the disk has exactly the torrent's bytes.</summary>
    public void AssertFilesAreRight()
    {
        for (int i = 0; i < Torrent.Info.Files.Length; i++)
            if (Storage.PathOf(i) is { } path) Assert.True(Torrent.FileContent(i).Span.SequenceEqual(Disk[path]), path);
    }

    public async ValueTask DisposeAsync()
    {
        Work();
        // What waits to be hashed beside others is given up waiting for, and then is work too.
        Task drained = Intake.DrainAsync();
        Work();
        await drained;
        await Intake.DisposeAsync();
        Storage.Dispose();
        Handles.Dispose();
        Assert.Equal(0, Intake.QueuedBytes);
        Assert.Equal(0, Slabs.Outstanding);
        Assert.Equal(0, Disk.OpenHandles);
    }

    private void Schedule(IThreadPoolWorkItem item)
    {
        if (RunsBatchesAtOnce && item is LaneBatch) item.Execute();
        else _scheduled.Add(item);
    }
}
