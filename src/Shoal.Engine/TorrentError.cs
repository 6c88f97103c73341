namespace Shoal.Engine;

/// <summary>What kind of thing went wrong, for programs that react to it.</summary>
public enum TorrentError
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>The .torrent, magnet link or option is not valid.</summary>
    InvalidInput,

    /// <summary>The file, URL or torrent does not exist, or no peer was found in time.</summary>
    NotFound,

    /// <summary>Data does not match its hash.</summary>
    Integrity,

    /// <summary>A disk error: full, read-only, permission, locked by another process.</summary>
    Disk,

    /// <summary>A network error: the port is taken, a name does not resolve, a server does not answer.</summary>
    Network,
}
