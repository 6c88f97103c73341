using Shoal.Storage.Files;

namespace Shoal.Storage.Tests.Fakes;

/// <summary>
/// A disk in memory that fails where a test says so. Locks of <see cref="FileUse.Exclusive"/> hold as on a real one.
/// </summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MemoryFile> _files = [];
    private readonly HashSet<string> _folders = ["/"];
    private readonly Dictionary<string, string> _links = [];

    /// <summary>Bytes that can still be written before the disk is full.</summary>
    public long Free { get; set; } = long.MaxValue;

    /// <summary>Asked before every call with the name of the operation and the path; its error is the call's.</summary>
    public Func<string, string, StorageError?> Fault { get; set; } = (_, _) => null;

    /// <summary>Called after a handle was closed, by whoever closed it.</summary>
    public Action? Closed { get; set; }

    /// <summary>Vectored calls to files since the start.</summary>
    public int Reads { get; private set; }

    public int Writes { get; private set; }

    public int Flushes { get; private set; }

    public int OpenHandles { get; private set; }

    public IEnumerable<string> Paths
    {
        get
        {
            lock (_gate) return [.. _files.Keys];
        }
    }

    public byte[] this[string path]
    {
        get
        {
            lock (_gate) return _files[path].Bytes[..(int)_files[path].Length];
        }

        set
        {
            lock (_gate) _files[path] = new MemoryFile { Bytes = [.. value], Length = value.Length };
        }
    }

    /// <summary>True to remember what a power cut would lose.</summary>
    public bool CanLosePower { get; set; }

    public void Link(string path, string target) => _links[path] = target;

    public void Touch(string path)
    {
        lock (_gate) _files[path].Modified++;
    }

    public StorageError? Open(string path, FileUse use, out IFileHandle? handle)
    {
        handle = null;
        if (Fault("open", path) is { } error) return error;
        lock (_gate)
        {
            if (!_files.TryGetValue(path, out MemoryFile? file))
            {
                if (use == FileUse.Read || !_folders.Contains(Path.GetDirectoryName(path)!))
                    return new StorageError(StorageFault.Missing, $"Cannot open '{path}': it does not exist.");
                _files[path] = file = new MemoryFile();
            }
            if (file.IsLocked || (use == FileUse.Exclusive && file.Handles > 0))
                return new StorageError(StorageFault.Locked, $"'{path}' is locked.");
            file.IsLocked = use == FileUse.Exclusive;
            file.Handles++;
            OpenHandles++;
            handle = new Handle(this, path, file);
            return null;
        }
    }

    public StorageError? Allocate(string path, long length)
    {
        if (Open(path, FileUse.ReadWrite, out IFileHandle? handle) is { } error) return error;
        using (handle) return handle!.SetLength(Math.Max(length, handle.Length));
    }

    public StorageError? CreateFolder(string path)
    {
        if (Fault("folder", path) is { } error) return error;
        lock (_gate)
            for (string? next = path; next is not null; next = Path.GetDirectoryName(next)) _folders.Add(next);
        return null;
    }

    public bool TryStat(string path, out FileStat stat)
    {
        lock (_gate)
        {
            bool isFile = _files.TryGetValue(path, out MemoryFile? file);
            stat = new FileStat(file?.Length ?? 0, file?.Modified ?? 0, !isFile);
            return isFile || _folders.Contains(path);
        }
    }

    public string? ReadLink(string path) => _links.GetValueOrDefault(path);

    public StorageError? Delete(string path)
    {
        if (Fault("delete", path) is { } error) return error;
        lock (_gate) _files.Remove(path);
        return null;
    }

    public StorageError? Rename(string from, string to)
    {
        if (Fault("rename", from) is { } error) return error;
        lock (_gate)
        {
            _files[to] = _files[from];
            _files.Remove(from);
        }
        return null;
    }

    public long FreeBytes(string folder) => Free;

    public void MarkExecutable(string path) => _files[path].IsExecutable = true;

    public bool IsExecutable(string path) => _files[path].IsExecutable;

    /// <summary>Lets go of every lock, as the end of a process does.</summary>
    public void Crash()
    {
        lock (_gate)
        {
            foreach (MemoryFile file in _files.Values)
            {
                file.IsLocked = false;
                file.Handles = 0;
            }
        }
    }

    /// <summary>
    /// Cuts the power: of what was written since a file was last flushed, any writes and any starts of writes are lost.
    /// </summary>
    public void CutPower(Random random)
    {
        Crash();
        lock (_gate)
        {
            foreach (MemoryFile file in _files.Values)
            {
                byte[] left = file.Flushed;
                foreach ((long offset, byte[] bytes) in file.Unflushed)
                {
                    int kept = random.Next(3) switch { 0 => 0, 1 => bytes.Length, _ => random.Next(bytes.Length + 1) };
                    if (kept == 0) continue;
                    Array.Resize(ref left, (int)Math.Max(left.Length, offset + kept));
                    bytes.AsSpan(0, kept).CopyTo(left.AsSpan((int)offset));
                }
                file.Bytes = left;
                file.Length = left.Length;
                file.Flushed = [.. left];
                file.Unflushed.Clear();
            }
        }
    }

    private sealed class MemoryFile
    {
        public byte[] Flushed { get; set; } = [];

        public List<(long Offset, byte[] Bytes)> Unflushed { get; } = [];

        public byte[] Bytes { get; set; } = [];

        public long Length { get; set; }

        public long Modified { get; set; } = 1;

        public int Handles { get; set; }

        public bool IsLocked { get; set; }

        public bool IsExecutable { get; set; }
    }

    private sealed class Handle(MemoryFileSystem disk, string path, MemoryFile file) : IFileHandle
    {
        private bool _isClosed;

        public long Length => file.Length;

        public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead)
        {
            bytesRead = 0;
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (disk.Fault("read", path) is { } error) return error;
            lock (disk._gate)
            {
                disk.Reads++;
                for (int i = 0; i < into.Count; i++)
                {
                    int count = (int)Math.Clamp(file.Length - offset, 0, into[i].Length);
                    file.Bytes.AsSpan((int)Math.Min(offset, file.Length), count).CopyTo(into[i].Span);
                    offset += count;
                    bytesRead += count;
                }
            }
            return null;
        }

        public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (disk.Fault("write", path) is { } error) return error;
            lock (disk._gate)
            {
                disk.Writes++;
                for (int i = 0; i < data.Count; i++)
                {
                    if (disk.Free < data[i].Length)
                        return new StorageError(StorageFault.DiskFull, $"Cannot write '{path}': the disk is full.");
                    if (disk.Free != long.MaxValue) disk.Free -= data[i].Length;
                    Grow(offset + data[i].Length);
                    data[i].Span.CopyTo(file.Bytes.AsSpan((int)offset));
                    if (disk.CanLosePower) file.Unflushed.Add((offset, data[i].ToArray()));
                    offset += data[i].Length;
                }
                file.Modified++;
            }
            return null;
        }

        public StorageError? SetLength(long length)
        {
            if (disk.Fault("length", path) is { } error) return error;
            lock (disk._gate)
            {
                Grow(length);
                file.Bytes.AsSpan((int)length).Clear();
                file.Length = length;
                if (disk.CanLosePower) Settle();
            }
            return null;
        }

        public StorageError? Flush()
        {
            if (disk.Fault("flush", path) is { } error) return error;
            ObjectDisposedException.ThrowIf(_isClosed, this);
            lock (disk._gate)
            {
                disk.Flushes++;
                if (disk.CanLosePower) Settle();
            }
            return null;
        }

        public void Dispose()
        {
            if (_isClosed) return;
            _isClosed = true;
            lock (disk._gate)
            {
                disk.OpenHandles--;
                file.Handles--;
                file.IsLocked = false;
            }
            disk.Closed?.Invoke();
        }

        private void Settle()
        {
            file.Flushed = file.Bytes[..(int)file.Length];
            file.Unflushed.Clear();
        }

        private void Grow(long length)
        {
            if (file.Bytes.Length < length)
            {
                byte[] larger = new byte[Math.Max(length, file.Bytes.Length * 2L)];
                file.Bytes.CopyTo(larger, 0);
                file.Bytes = larger;
            }
            file.Length = Math.Max(file.Length, length);
        }
    }
}
