using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>A datagram that asks the store something, after it has been understood and let in.</summary>
internal struct UdpRequest
{
    /// <summary>To be repeated in the reply.</summary>
    public uint TransactionId { get; set; }

    /// <summary>What is asked; only announces and scrapes get this far.</summary>
    public UdpTrackerAction Action { get; set; }

    /// <summary>The question of an announce.</summary>
    public SwarmAnnounce Announce { get; set; }

    /// <summary>True for a requester with an IPv4 address, who gets IPv4 peers.</summary>
    public bool IsV4 { get; set; }
}
