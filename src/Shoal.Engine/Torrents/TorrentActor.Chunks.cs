using Shoal.Protocol;
using Shoal.Storage;

namespace Shoal.Engine.Torrents;

// Bytes for those who are no peers of the swarm: readers of chunks by lines.
internal sealed partial class TorrentActor
{
    /// <summary>Serves the torrent's one file by chunks, as long as the torrent runs. Any thread.</summary>
    public void ServeChunks(string fileHash, int chunkSize) => _services.ChunkShares.Add(fileHash, chunkSize, this);

    /// <summary>
    /// Reads bytes that are here and right, within the upload limits; null when some are not. Any thread but the
    /// actor's own.
    /// </summary>
    public async ValueTask<byte[]?> ReadHeldAsync(long offset, int length)
    {
        OpenedContent? content = Volatile.Read(ref _content);
        if (content is null || _stop.IsCancellationRequested || !Look(() => Holds(offset, length))) return null;
        for (int granted = 0; granted < length;)
            granted += await UploadLimits.TakeAsync(length - granted).ConfigureAwait(false);
        byte[] bytes = new byte[length];
        try
        {
            if (Read(content, offset, bytes) is { } error)
            {
                Post(new TorrentItem(TorrentItemKind.Call, (Action)(() => OnReadError(error))));
                return null;
            }
        }
        catch (ObjectDisposedException)
        {
            // The torrent was stopped meanwhile.
            return null;
        }
        _services.Metrics.Uploaded(length);
        return bytes;
    }

    private bool Holds(long offset, int length)
    {
        PieceGeometry geometry = Info!.Geometry;
        if (length == 0 || _brain.Have.Length != geometry.PieceCount) return length == 0;
        int last = geometry.PieceAt(offset + length - 1).Value;
        for (int piece = geometry.PieceAt(offset).Value; piece <= last; piece++)
            if (!_brain.Have[geometry.Piece(piece)]) return false;
        return true;
    }

    private static StorageError? Read(OpenedContent content, long offset, Memory<byte> into)
    {
        PieceGeometry geometry = content.Info.Geometry;
        while (!into.IsEmpty)
        {
            PieceIndex piece = geometry.PieceAt(offset);
            int begin = (int)(offset - geometry.Offset(piece));
            int length = Math.Min(into.Length, geometry.Length(piece) - begin);
            StorageError? error = content.Storage.Read(new BlockSpan(piece, begin, length), [into[..length]]);
            if (error is not null) return error;
            into = into[length..];
            offset += length;
        }
        return null;
    }
}
