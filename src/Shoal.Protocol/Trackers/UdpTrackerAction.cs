namespace Shoal.Protocol.Trackers;

/// <summary>
/// What a datagram of the UDP tracker protocol is (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP
/// 15</see>).
/// </summary>
public enum UdpTrackerAction
{
    /// <summary>Asks for, or gives, a connection id.</summary>
    Connect = 0,

    /// <summary>Tells of one peer in one swarm and asks for others.</summary>
    Announce = 1,

    /// <summary>Asks for the figures of several swarms.</summary>
    Scrape = 2,

    /// <summary>Only in replies: the request failed, with a text that says why.</summary>
    Error = 3,
}
