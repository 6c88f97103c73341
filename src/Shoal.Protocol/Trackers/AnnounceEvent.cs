namespace Shoal.Protocol.Trackers;

/// <summary>
/// Why a client announces. The values are those of the UDP protocol
/// (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>); 4 is what libtorrent sends for the event
/// of <see href="https://www.bittorrent.org/beps/bep_0021.html">BEP 21</see>.
/// </summary>
public enum AnnounceEvent
{
    /// <summary>The regular announce at the interval.</summary>
    None = 0,

    /// <summary>The download became complete while the client was running.</summary>
    Completed = 1,

    /// <summary>The first announce of a session.</summary>
    Started = 2,

    /// <summary>The last announce of a session.</summary>
    Stopped = 3,

    /// <summary>The client has all it wants, but not everything: it uploads and does not download.</summary>
    Paused = 4,
}
