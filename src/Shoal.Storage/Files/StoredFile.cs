using Shoal.Storage.Layout;

namespace Shoal.Storage.Files;

/// <summary>
/// One file of an open torrent on disk. Before it is first read, the links in its path are looked at; before it is
/// first written, its folder is made and bytes past its end are cut off.
/// </summary>
internal sealed class StoredFile
{
    private readonly FileHandlePool _handles;
    private readonly PathGuard? _guard;
    private readonly LayoutFile _file;
    private readonly PooledFile _pooled;
    private readonly Lock _preparing = new();
    private volatile bool _isChecked;
    private volatile bool _isPrepared;
    private int _isDirty;

    /// <summary>A file that may or may not exist.</summary>
    /// <param name="handles">Where its handle is kept.</param>
    /// <param name="guard">Checks its path; null for a path that the user named.</param>
    /// <param name="file">Its place in the torrent.</param>
    /// <param name="path">Its absolute path.</param>
    public StoredFile(FileHandlePool handles, PathGuard? guard, LayoutFile file, string path)
    {
        _handles = handles;
        _guard = guard;
        _file = file;
        _pooled = new PooledFile(path);
    }

    public string Path => _pooled.Path;

    public long Length => _file.Length;

    /// <summary>Bytes of the file that are on disk now, at most its length; 0 where it does not exist.</summary>
    public long StoredLength => _handles.Files.TryStat(Path, out FileStat stat) && !stat.IsFolder
        ? Math.Min(stat.Length, Length)
        : 0;

    public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, long length)
    {
        StorageError? error = Check();
        if (error is not null) return error;
        error = _handles.Lease(_pooled, forWriting: false, out OpenFile? lease);
        if (error is not null) return error;
        long count;
        try
        {
            error = lease!.Handle.Read(into, offset, out count);
        }
        finally
        {
            _handles.Return(lease!);
        }
        if (error is not null) return error;
        return count < length ? StorageErrors.TooShort(Path, offset + length) : null;
    }

    public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset)
    {
        StorageError? error = Prepare();
        if (error is not null) return error;
        error = _handles.Lease(_pooled, forWriting: true, out OpenFile? lease);
        if (error is not null) return error;
        try
        {
            return lease!.Handle.Write(data, offset);
        }
        finally
        {
            _handles.Return(lease!);
            Volatile.Write(ref _isDirty, 1);
        }
    }

    /// <summary>Makes the file, empty or with all its bytes allocated; one that exists keeps its content.</summary>
    public StorageError? Create(bool allocate)
    {
        StorageError? error = Prepare();
        if (error is not null || !allocate || Length == 0) return error;
        _handles.Close(_pooled);
        return _handles.Files.Allocate(Path, Length);
    }

    /// <summary>
    /// Puts what was written since the last time on the medium. Any handle to a file flushes all of it.
    /// </summary>
    public StorageError? Flush()
    {
        if (Interlocked.Exchange(ref _isDirty, 0) == 0) return null;
        OpenFile? lease = null;
        StorageError? error = Check() ?? _handles.Lease(_pooled, forWriting: true, out lease);
        if (error is null)
        {
            error = lease!.Handle.Flush();
            _handles.Return(lease);
        }
        if (error is not null) Volatile.Write(ref _isDirty, 1);
        return error;
    }

    /// <summary>Says that another process may have written what is not on the medium.</summary>
    public void MarkUnflushed() => Volatile.Write(ref _isDirty, 1);

    public void Close() => _handles.Close(_pooled, isEnd: true);

    /// <summary>Looks at the path once, and refuses it if a link leads out of the download folder.</summary>
    public StorageError? Check()
    {
        if (_isChecked || _guard is null) return null;
        StorageError? error = _guard.Check(_file.Path!, out _);
        _isChecked = error is null;
        return error;
    }

    private StorageError? Prepare()
    {
        if (_isPrepared) return null;
        lock (_preparing)
        {
            if (_isPrepared) return null;
            StorageError? error = Check();
            string? folder = System.IO.Path.GetDirectoryName(Path);
            if (error is null && folder is not null) error = _handles.Files.CreateFolder(folder);
            if (error is not null) return error;
            error = _handles.Lease(_pooled, forWriting: true, out OpenFile? lease);
            if (error is not null) return error;
            if (lease!.Handle.Length > Length) error = lease.Handle.SetLength(Length);
            _handles.Return(lease);
            if (_file.IsExecutable) _handles.Files.MarkExecutable(Path);
            _isPrepared = error is null;
            return error;
        }
    }
}
