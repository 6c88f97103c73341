using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol;

namespace Shoal.Storage;

/// <summary>
/// Reads blocks for upload into one buffer with room for each message's header, so that a whole batch is one send:
/// <code>
///  |  13 bytes  |  block  |  13 bytes  |  block  | ...
/// </code>
/// Blocks that follow each other on disk are read with one vectored call. One thread at a time uses a reader.
/// </summary>
public sealed class BlockReader(TorrentStorage storage)
{
    /// <summary>
    /// Bytes before each block: length prefix, message type, piece and begin of a piece message
    /// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>).
    /// </summary>
    public const int HeaderLength = 13;

    private readonly List<Memory<byte>> _vectors = [];

    /// <summary>Bytes that blocks take in the buffer, headers included.</summary>
    public static int LengthOf(ReadOnlySpan<BlockSpan> blocks)
    {
        int length = 0;
        foreach (BlockSpan block in blocks) length += HeaderLength + block.Length;
        return length;
    }

    /// <summary>
    /// Reads the blocks in their order to the start of <paramref name="destination"/> and leaves the headers as they
    /// are. After an error the content of the buffer is arbitrary.
    /// </summary>
    public StorageError? Read(ReadOnlySpan<BlockSpan> blocks, Memory<byte> destination)
    {
        if (destination.Length < LengthOf(blocks)) ThrowTooSmall(destination.Length, LengthOf(blocks));
        int at = 0;
        for (int first = 0; first < blocks.Length;)
        {
            long start = Start(blocks[first]);
            long end = start;
            int next = first;
            _vectors.Clear();
            while (next < blocks.Length && Start(blocks[next]) == end)
            {
                int length = blocks[next++].Length;
                _vectors.Add(destination.Slice(at + HeaderLength, length));
                at += HeaderLength + length;
                end += length;
            }
            StorageError? error = storage.Read(start, end - start, _vectors);
            _vectors.Clear();
            if (error is not null) return error;
            first = next;
        }
        return null;
    }

    private long Start(BlockSpan block) => storage.Geometry.Offset(block.Piece) + block.Begin;

    [DoesNotReturn]
    private static void ThrowTooSmall(int length, int needed) => throw new ArgumentException(
        $"The blocks and their headers take {needed} bytes, but the buffer has {length}.", nameof(length));
}
