namespace Shoal.Engine;

/// <summary>
/// The life of a torrent:
/// <code>
///  FetchingMetadata → Checking → Downloading → Seeding
///                        └───────────────────────┘
///  any → Stopped (asked for), any → Failed (disk error or invalid metadata; see TorrentSnapshot.Error)
/// </code>
/// </summary>
public enum TorrentState
{
    /// <summary>A magnet link whose info dictionary has not arrived yet.</summary>
    FetchingMetadata,

    /// <summary>Data on disk is being hashed.</summary>
    Checking,

    /// <summary>Selected pieces are missing.</summary>
    Downloading,

    /// <summary>Nothing selected is missing; peers are served.</summary>
    Seeding,

    /// <summary>Stopped; it holds no file and no connection.</summary>
    Stopped,

    /// <summary>
    /// Ended by an error that no retry can help, and out of the swarm. It stays in the engine, with what it has on
    /// disk, until <see cref="Torrent.StopAsync"/>; only then can it be added again.
    /// </summary>
    Failed,
}
