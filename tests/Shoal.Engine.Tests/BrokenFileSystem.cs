using Shoal.Storage;
using Shoal.Storage.Files;

namespace Shoal.Engine.Tests;

/// <summary>The real disk with a defect: every write to a file of one name throws what no disk throws.</summary>
internal sealed class BrokenFileSystem(string name) : IFileSystem
{
    private static readonly RealFileSystem Real = RealFileSystem.Instance;

    public StorageError? Open(string path, FileUse use, out IFileHandle? handle)
    {
        StorageError? error = Real.Open(path, use, out handle);
        if (handle is not null && Path.GetFileName(path) == name) handle = new BrokenHandle(handle);
        return error;
    }

    public StorageError? Allocate(string path, long length) => Real.Allocate(path, length);

    public StorageError? CreateFolder(string path) => Real.CreateFolder(path);

    public bool TryStat(string path, out FileStat stat) => Real.TryStat(path, out stat);

    public string? ReadLink(string path) => Real.ReadLink(path);

    public StorageError? Delete(string path) => Real.Delete(path);

    public StorageError? Rename(string from, string to) => Real.Rename(from, to);

    public long FreeBytes(string folder) => Real.FreeBytes(folder);

    public void MarkExecutable(string path) => Real.MarkExecutable(path);

    private sealed class BrokenHandle(IFileHandle real) : IFileHandle
    {
        public long Length => real.Length;

        public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead) =>
            real.Read(into, offset, out bytesRead);

        public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset) =>
            throw new InvalidOperationException("the disk has a defect");

        public StorageError? SetLength(long length) => real.SetLength(length);

        public StorageError? Flush() => real.Flush();

        public void Dispose() => real.Dispose();
    }
}
