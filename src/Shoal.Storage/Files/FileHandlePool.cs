namespace Shoal.Storage.Files;

/// <summary>
/// Keeps a bounded number of files open, of all torrents that share it, and closes the least recently used ones. A
/// lease counts, so a handle in use is never closed under its user; then the number can pass the capacity for a
/// moment. A handle for reading is replaced by one for writing when somebody writes. Safe for concurrent use.
/// </summary>
public sealed class FileHandlePool : IDisposable
{
    /// <summary>
    /// Handles kept open unless asked otherwise: under the 256 that macOS gives a process by default, next to sockets.
    /// </summary>
    public const int DefaultCapacity = 64;

    /// <summary>What the capacity shrinks to at the least when the system refuses to open more.</summary>
    private const int MinCapacity = 4;

    private readonly Lock _gate = new();
    private readonly IFileSystem _files;
    private OpenFile? _newest;
    private OpenFile? _oldest;
    private int _capacity;
    private int _count;

    /// <summary>An empty pool.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="capacity">Handles kept open at the most; at least 1.</param>
    public FileHandlePool(IFileSystem files, int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _files = files;
        _capacity = capacity;
    }

    /// <summary>Number of handles that are open now.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>The disk that the files are on.</summary>
    public IFileSystem Files => _files;

    /// <summary>Closes every handle that nobody uses; the others are closed when they are returned.</summary>
    public void Dispose()
    {
        lock (_gate) _capacity = 0;
        Trim();
    }

    /// <summary>A handle that stays open until <see cref="Return"/>.</summary>
    internal StorageError? Lease(PooledFile file, bool forWriting, out OpenFile? lease)
    {
        if (TryLeaseOpen(file, forWriting, out lease)) return null;
        lock (file.Opening)
        {
            if (TryLeaseOpen(file, forWriting, out lease)) return null;
            StorageError? error = Open(file.Path, forWriting, out IFileHandle? handle);
            if (error is not null) return error;
            lease = new OpenFile(file, handle!, forWriting) { Leases = 1 };
            Install(lease);
        }
        Trim();
        return null;
    }

    /// <summary>Gives a handle back.</summary>
    internal void Return(OpenFile lease)
    {
        bool close;
        bool trim;
        lock (_gate)
        {
            lease.Leases--;
            close = lease.IsRetired && lease.Leases == 0;
            trim = !lease.IsRetired && _count > _capacity;
        }
        if (close) lease.Handle.Dispose();
        if (trim) Trim();
    }

    /// <summary>
    /// Forgets the handle of a file, and closes it as soon as nobody uses it. At the end none is kept from then on.
    /// </summary>
    internal void Close(PooledFile file, bool isEnd = false)
    {
        OpenFile? idle;
        lock (_gate)
        {
            file.IsOver |= isEnd;
            idle = Retire(file);
        }
        idle?.Handle.Dispose();
    }

    private bool TryLeaseOpen(PooledFile file, bool forWriting, out OpenFile? lease)
    {
        lock (_gate)
        {
            lease = file.Current;
            if (lease is null || (forWriting && !lease.IsWritable)) return false;
            lease.Leases++;
            if (lease != _newest)
            {
                Unlink(lease);
                LinkNewest(lease);
            }
            return true;
        }
    }

    /// <summary>
    /// Opens a path. When the process may not open more files, closes what is idle, remembers that fewer are allowed
    /// and tries once more.
    /// </summary>
    private StorageError? Open(string path, bool forWriting, out IFileHandle? handle)
    {
        FileUse use = forWriting ? FileUse.ReadWrite : FileUse.Read;
        // Before it is refused: by then another who was may have closed most.
        int count;
        lock (_gate) count = _count;
        StorageError? error = _files.Open(path, use, out handle);
        if (error?.Kind != StorageFault.TooManyOpen) return error;
        lock (_gate) _capacity = Math.Min(_capacity, Math.Max(MinCapacity, count - 1));
        Trim(most: 0);
        return _files.Open(path, use, out handle);
    }

    private void Install(OpenFile opened)
    {
        OpenFile? idle;
        lock (_gate)
        {
            idle = Retire(opened.Owner);
            opened.IsRetired = opened.Owner.IsOver;
            if (!opened.IsRetired)
            {
                opened.Owner.Current = opened;
                LinkNewest(opened);
                _count++;
            }
        }
        idle?.Handle.Dispose();
    }

    /// <summary>Takes the handle of a file out of the pool and returns it where nobody uses it.</summary>
    private OpenFile? Retire(PooledFile file)
    {
        OpenFile? opened = file.Current;
        if (opened is null) return null;
        file.Current = null;
        opened.IsRetired = true;
        Unlink(opened);
        _count--;
        return opened.Leases == 0 ? opened : null;
    }

    private void Trim(int most = int.MaxValue)
    {
        while (true)
        {
            OpenFile? idle;
            lock (_gate)
            {
                idle = _count > Math.Min(most, _capacity) ? OldestIdle() : null;
                if (idle is null) return;
                Retire(idle.Owner);
            }
            idle.Handle.Dispose();
        }
    }

    private OpenFile? OldestIdle()
    {
        OpenFile? candidate = _oldest;
        while (candidate is not null && candidate.Leases > 0) candidate = candidate.Newer;
        return candidate;
    }

    private void LinkNewest(OpenFile opened)
    {
        opened.Older = _newest;
        opened.Newer = null;
        if (_newest is not null) _newest.Newer = opened;
        _newest = opened;
        _oldest ??= opened;
    }

    private void Unlink(OpenFile opened)
    {
        if (opened.Newer is not null) opened.Newer.Older = opened.Older;
        else _newest = opened.Older;
        if (opened.Older is not null) opened.Older.Newer = opened.Newer;
        else _oldest = opened.Newer;
        opened.Newer = opened.Older = null;
    }
}
