using System.Collections.Concurrent;
using Shoal.Engine.Torrents;
using Shoal.Protocol.Catalogues;

namespace Shoal.Engine.Lines;

/// <summary>The files of an engine that its users chose to serve by chunks. Any thread.</summary>
internal sealed class ChunkShares
{
    private readonly ConcurrentDictionary<string, (TorrentActor Torrent, int ChunkSize)> _shares =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when there is nothing to serve.</summary>
    public bool IsEmpty => _shares.IsEmpty;

    /// <summary>Serves the one file of a torrent by what a catalogue knows it by.</summary>
    public void Add(string fileHash, int chunkSize, TorrentActor torrent) => _shares[fileHash] = (torrent, chunkSize);

    /// <summary>Ends that for a torrent.</summary>
    public void Remove(TorrentActor torrent)
    {
        foreach (KeyValuePair<string, (TorrentActor Torrent, int ChunkSize)> share in _shares)
            if (share.Value.Torrent == torrent) _shares.TryRemove(share);
    }

    /// <summary>The bytes of a chunk; null when it is not here or may not be given away.</summary>
    public async ValueTask<byte[]?> ReadAsync(ChunkLine line)
    {
        if (!_shares.TryGetValue(line.FileHash, out (TorrentActor Torrent, int ChunkSize) share)) return null;
        if (share.Torrent.Metainfo is not { } metainfo) return null;
        var geometry = new ChunkGeometry(metainfo.Info.ContentLength, share.ChunkSize);
        return line.Chunk < geometry.Count
            ? await share.Torrent.ReadHeldAsync(geometry.Offset(line.Chunk), geometry.Length(line.Chunk))
                .ConfigureAwait(false)
            : null;
    }
}
