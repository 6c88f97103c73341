using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Swarms;

/// <summary>What a store is told about one peer, and what it is asked for.</summary>
internal readonly record struct SwarmAnnounce
{
    /// <summary>The torrent.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>Where the peer is listed: in general where its request came from.</summary>
    public required HostAddress Address { get; init; }

    /// <summary>The port on which it takes peers.</summary>
    public required ushort Port { get; init; }

    /// <summary>
    /// A keyed hash of peer id and session key, which is the same for both families of one client and known to nobody
    /// else; 0 for none, which pairs with nothing.
    /// </summary>
    public ulong Identity { get; init; }

    /// <summary>
    /// The address behind a router that the peer told of; none for most. It goes only to those who come from the same
    /// public address.
    /// </summary>
    public HostAddress LanAddress { get; init; }

    /// <summary>Why it announces.</summary>
    public AnnounceEvent Event { get; init; }

    /// <summary>True when it has everything.</summary>
    public bool IsSeed { get; init; }

    /// <summary>Peers wanted, 0 for none; the caller has put a limit to it.</summary>
    public int Wanted { get; init; }

    /// <summary>
    /// True for one who has no use for seeds. A client that comes by a magnet link and knows no size yet may say that
    /// nothing is left, as aria2 does: at the start nobody is taken for a seed.
    /// </summary>
    public bool WantsLeechesOnly => (IsSeed && Event != AnnounceEvent.Started) || Event == AnnounceEvent.Paused;
}
