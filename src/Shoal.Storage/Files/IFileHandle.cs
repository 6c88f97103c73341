namespace Shoal.Storage.Files;

/// <summary>
/// An open file, read and written at positions. All members can be called from several threads at once.
/// </summary>
public interface IFileHandle : IDisposable
{
    /// <summary>Number of bytes in the file now.</summary>
    long Length { get; }

    /// <summary>
    /// Fills the buffers in turn from <paramref name="offset"/> on with one vectored call. Fewer bytes than asked for
    /// means that the file ends there.
    /// </summary>
    StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead);

    /// <summary>
    /// Writes the buffers in turn from <paramref name="offset"/> on with one vectored call, all or an error.
    /// </summary>
    StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset);

    /// <summary>Cuts the file or makes it longer with zeros.</summary>
    StorageError? SetLength(long length);

    /// <summary>Returns when all that was written is on the medium.</summary>
    StorageError? Flush();
}
