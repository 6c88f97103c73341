namespace Shoal.Protocol.Catalogues;

/// <summary>How a file is divided into the chunks of the line protocol.</summary>
/// <param name="FileSize">Bytes of the file.</param>
/// <param name="ChunkSize">Bytes in every chunk but the last.</param>
public readonly record struct ChunkGeometry(long FileSize, int ChunkSize)
{
    /// <summary>Bytes in a chunk where nothing else is registered.</summary>
    public const int DefaultChunkSize = 1024;

    /// <summary>Bytes in a chunk at the most: one answer of the line protocol is held in memory.</summary>
    public const int MaxChunkSize = 4 * 1024 * 1024;

    /// <summary>Chunks that <see cref="Choose"/> divides a file into at the most.</summary>
    private const int MostChunks = 65_536;

    /// <summary>Number of chunks; 0 for an empty file, -1 when there are more than may be.</summary>
    public int Count
    {
        get
        {
            long count = (FileSize + ChunkSize - 1) / ChunkSize;
            return count <= ChunkSet.MaxChunks ? (int)count : -1;
        }
    }

    /// <summary>Offset of a chunk's first byte.</summary>
    public long Offset(int chunk) => (long)chunk * ChunkSize;

    /// <summary>Bytes of one chunk: the last may be shorter.</summary>
    public int Length(int chunk) => (int)Math.Min(ChunkSize, FileSize - Offset(chunk));

    /// <summary>
    /// The chunk size to register a file with: the common one as long as that gives no endless lists, then the next
    /// power of two that does not.
    /// </summary>
    public static int Choose(long fileSize)
    {
        int size = DefaultChunkSize;
        while (size < MaxChunkSize && fileSize > (long)size * MostChunks) size *= 2;
        return size;
    }
}
