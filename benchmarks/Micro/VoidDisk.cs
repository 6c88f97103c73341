using Shoal.Storage;
using Shoal.Storage.Files;

namespace Shoal.Micro;

/// <summary>A disk that takes every write and keeps nothing, so that what is measured is the way there.</summary>
internal sealed class VoidDisk : IFileSystem
{
    public StorageError? Open(string path, FileUse use, out IFileHandle? handle)
    {
        handle = new VoidFile();
        return null;
    }

    public StorageError? Allocate(string path, long length) => null;

    public StorageError? CreateFolder(string path) => null;

    public bool TryStat(string path, out FileStat stat)
    {
        stat = default;
        return false;
    }

    public string? ReadLink(string path) => null;

    public StorageError? Delete(string path) => null;

    public StorageError? Rename(string from, string to) => null;

    public long FreeBytes(string folder) => long.MaxValue;

    public void MarkExecutable(string path)
    {
    }

    private sealed class VoidFile : IFileHandle
    {
        public long Length => 0;

        public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead)
        {
            bytesRead = 0;
            return null;
        }

        public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset) => null;

        public StorageError? SetLength(long length) => null;

        public StorageError? Flush() => null;

        public void Dispose()
        {
        }
    }
}
