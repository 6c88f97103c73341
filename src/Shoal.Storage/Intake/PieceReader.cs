using Shoal.Protocol;
using Shoal.Storage.Files;

namespace Shoal.Storage.Intake;

/// <summary>Reads back what is written of a piece.</summary>
internal static class PieceReader
{
    /// <summary>Reads a range, as much at a time as stays in the cache.</summary>
    /// <param name="storage">Where the piece lies.</param>
    /// <param name="piece">All of the range is on disk.</param>
    /// <param name="begin">Offset of the first byte in the piece.</param>
    /// <param name="end">Offset after the last one; nothing is read where this is not behind the first.</param>
    /// <param name="take">Gets each run, valid during the call, with its offset.</param>
    /// <returns>Why it could not be read, or null.</returns>
    public static StorageError? Read(
        TorrentStorage storage, PieceIndex piece, int begin, int end, Action<int, ReadOnlyMemory<byte>> take)
    {
        if (begin >= end) return null;
        byte[] buffer = ReadBuffers.Get(PieceWork.MaxRunBytes);
        List<Memory<byte>> target = ReadBuffers.OneBuffer();
        while (begin < end)
        {
            int length = Math.Min(end - begin, PieceWork.MaxRunBytes);
            target.Clear();
            target.Add(buffer.AsMemory(0, length));
            StorageError? error = storage.Read(new BlockSpan(piece, begin, length), target);
            if (error is not null) return error;
            take(begin, buffer.AsMemory(0, length));
            begin += length;
        }
        return null;
    }
}
