namespace Shoal.Tracker;

/// <summary>Whom a tracker serves.</summary>
public enum TrackerMode
{
    /// <summary>Everybody, with any torrent.</summary>
    Open = 0,

    /// <summary>Everybody, with the torrents that are registered: see <see cref="ITorrentRegistry"/>.</summary>
    Listed,

    /// <summary>Those who have a key, in the announce URL, with any torrent.</summary>
    Private,
}
