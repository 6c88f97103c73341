using Microsoft.Win32.SafeHandles;

namespace Shoal.Storage.Files;

/// <summary>A file of the operating system, used only through positioned calls, so it needs no lock.</summary>
internal sealed class RealFileHandle(SafeFileHandle handle, string path) : IFileHandle
{
    public long Length => RandomAccess.GetLength(handle);

    public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead)
    {
        bytesRead = 0;
        try
        {
            bytesRead = into.Count == 1
                ? RandomAccess.Read(handle, into[0].Span, offset)
                : RandomAccess.Read(handle, into, offset);
            if (bytesRead > 0) bytesRead = ReadRest(into, offset, bytesRead);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "read", path);
        }
    }

    public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset)
    {
        try
        {
            if (data.Count == 1) RandomAccess.Write(handle, data[0].Span, offset);
            else RandomAccess.Write(handle, data, offset);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "write", path);
        }
    }

    public StorageError? SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "set the length of", path);
        }
    }

    public StorageError? Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
            return null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return StorageErrors.Of(e, "flush", path);
        }
    }

    public void Dispose() => handle.Dispose();

    /// <summary>
    /// The system may return less than asked for before the end of the file, above all for very long calls; what is
    /// left is read buffer by buffer. The return value is the number of bytes read in all.
    /// </summary>
    private long ReadRest(IReadOnlyList<Memory<byte>> into, long offset, long done)
    {
        long skipped = 0;
        for (int i = 0; i < into.Count; i++)
        {
            Span<byte> buffer = into[i].Span;
            if (skipped + buffer.Length > done)
            {
                Span<byte> rest = buffer[(int)(done - skipped)..];
                while (!rest.IsEmpty)
                {
                    int count = RandomAccess.Read(handle, rest, offset + done);
                    if (count == 0) return done;
                    done += count;
                    rest = rest[count..];
                }
            }
            skipped += buffer.Length;
        }
        return done;
    }
}
