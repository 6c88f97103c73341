namespace Shoal.Swarm.Peers;

/// <summary>Who told of a peer's address; several can have.</summary>
[Flags]
public enum PeerSources
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>A tracker, in its reply to an announce.</summary>
    Tracker = 1,

    /// <summary>The user, in so many words.</summary>
    User = 2,

    /// <summary>The peer itself, by connecting to us.</summary>
    Incoming = 4,

    /// <summary>Another peer (BEP 11).</summary>
    PeerExchange = 8,

    /// <summary>The distributed hash table (BEP 5).</summary>
    Dht = 16,

    /// <summary>Local service discovery (BEP 14).</summary>
    LocalDiscovery = 32,

    /// <summary>The state of an earlier run.</summary>
    Resume = 64,

    /// <summary>A magnet link (x.pe of BEP 9), which strangers write even when a person passes it on.</summary>
    Link = 128,
}
