using Shoal.Protocol;

namespace Shoal.Tracker;

/// <summary>
/// Knows which torrents a tracker in the mode <see cref="TrackerMode.Listed"/> serves. It is asked for every announce,
/// by many threads at once, and has to answer from memory.
/// </summary>
public interface ITorrentRegistry
{
    /// <summary>
    /// True when the torrent is registered. Of a hybrid torrent both hashes have to be; a v2 hash is cut to its first
    /// 20 bytes, as on the wire.
    /// </summary>
    bool IsRegistered(InfoHash torrent);
}
