using Shoal.Storage;
using Shoal.Storage.Files;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>
/// A disk in memory for the program's storage, with faults: it gets full, says that it wrote what it did not, and loses
/// at a power cut what was not flushed.
/// </summary>
internal sealed class SimFileSystem(DiskFaults faults, SwarmRandom random, Action<FormattableString> tell)
    : IFileSystem
{
    private readonly Dictionary<string, SimFile> _files = [];
    private readonly HashSet<string> _folders = ["/"];
    private long _free = faults.FullAfterBytes > 0 ? faults.FullAfterBytes : long.MaxValue;

    /// <summary>The bytes of a file, flushed or not; empty when there is none.</summary>
    public ReadOnlySpan<byte> Content(string path) =>
        _files.TryGetValue(path, out SimFile? file) ? file.Bytes.AsSpan(0, (int)file.Length) : [];

    /// <summary>Puts a file there as if it had always been.</summary>
    public void Put(string path, byte[] bytes)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        _files[path] = new SimFile { Bytes = bytes, Length = bytes.Length, Flushed = bytes };
    }

    /// <summary>The program is killed: every lock of its is gone.</summary>
    public void Crash()
    {
        foreach (SimFile file in _files.Values) file.Release();
        if (!faults.TearsOnCrash) return;
        // In the order of names, as chance must not depend on the order of a table.
        long lost = 0;
        foreach (string path in _files.Keys.Order(StringComparer.Ordinal)) lost += _files[path].Tear(random);
        if (lost > 0) tell($"loses {lost} bytes to a power cut");
    }

    public StorageError? Open(string path, FileUse use, out IFileHandle? handle)
    {
        handle = null;
        if (!_files.TryGetValue(path, out SimFile? file))
        {
            if (use == FileUse.Read || !_folders.Contains(Path.GetDirectoryName(path)!))
                return new StorageError(StorageFault.Missing, $"Cannot open '{path}': it does not exist.");
            _files[path] = file = new SimFile();
        }
        if (!file.TryTake(use == FileUse.Exclusive))
            return new StorageError(StorageFault.Locked, $"'{path}' is locked.");
        handle = new Handle(this, path, file);
        return null;
    }

    public StorageError? Allocate(string path, long length)
    {
        if (Open(path, FileUse.ReadWrite, out IFileHandle? handle) is { } error) return error;
        using (handle) return handle!.SetLength(Math.Max(length, handle.Length));
    }

    public StorageError? CreateFolder(string path)
    {
        for (string? next = path; next is not null; next = Path.GetDirectoryName(next)) _folders.Add(next);
        return null;
    }

    public bool TryStat(string path, out FileStat stat)
    {
        bool isFile = _files.TryGetValue(path, out SimFile? file);
        stat = new FileStat(file?.Length ?? 0, file?.Modified ?? 0, !isFile);
        return isFile || _folders.Contains(path);
    }

    public string? ReadLink(string path) => null;

    public StorageError? Delete(string path)
    {
        _files.Remove(path);
        return null;
    }

    public StorageError? Rename(string from, string to)
    {
        _files[to] = _files[from];
        _files.Remove(from);
        return null;
    }

    public long FreeBytes(string folder) => _free;

    public void MarkExecutable(string path)
    {
        // No file of a simulation is ever run.
    }

    private sealed class Handle(SimFileSystem disk, string path, SimFile file) : IFileHandle
    {
        private bool _isClosed;

        public long Length => file.Length;

        public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            bytesRead = 0;
            for (int i = 0; i < into.Count; i++)
            {
                int count = (int)Math.Clamp(file.Length - offset, 0, into[i].Length);
                file.Bytes.AsSpan((int)Math.Min(offset, file.Length), count).CopyTo(into[i].Span);
                offset += count;
                bytesRead += count;
            }
            return null;
        }

        public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            for (int i = 0; i < data.Count; i++)
            {
                if (disk._free < data[i].Length)
                    return new StorageError(StorageFault.DiskFull, $"Cannot write '{path}': the disk is full.");
                if (disk._free != long.MaxValue) disk._free -= data[i].Length;
                file.Write(offset, Kept(data[i].Span), data[i].Length);
                offset += data[i].Length;
            }
            return null;
        }

        public StorageError? SetLength(long length)
        {
            file.SetLength(length);
            return null;
        }

        public StorageError? Flush()
        {
            file.Flush();
            return null;
        }

        public void Dispose()
        {
            if (_isClosed) return;
            _isClosed = true;
            file.LetGo();
        }

        // The journal is spared: a disk that lies there too cannot be told from one that holds nothing.
        private ReadOnlySpan<byte> Kept(ReadOnlySpan<byte> bytes)
        {
            if (!disk.Lies() || Path.GetFileName(path).StartsWith('.')) return bytes;
            ReadOnlySpan<byte> kept = bytes[..disk.Part(bytes.Length)];
            disk.Tell($"keeps {kept.Length} of {bytes.Length} bytes and says nothing");
            return kept;
        }
    }

    private void Tell(FormattableString sentence) => tell(sentence);

    private bool Lies() => faults.LiesOneIn > 0 && random.Next(faults.LiesOneIn) == 0;

    private int Part(int length) => random.Next(length + 1);
}
