namespace Shoal.Tracker.Swarms;

/// <summary>What a store did with an announce.</summary>
internal enum StoreStatus
{
    /// <summary>The peer is listed, or was removed because it stopped.</summary>
    Stored = 0,

    /// <summary>The peer is not listed, because its swarm has as many as it may; it still gets peers.</summary>
    SwarmFull,

    /// <summary>The peer is not listed, because too many are at its address; it still gets peers.</summary>
    HostFull,

    /// <summary>Nothing was done: the network of the peer has added too much.</summary>
    NetworkFull,

    /// <summary>Nothing was done: there are as many swarms or peers as there may be.</summary>
    StoreFull,

    /// <summary>The peer is noted here, and gets those that this node knows: the others cannot be asked now.</summary>
    Alone,

    /// <summary>Nothing was done: the store cannot be reached at present.</summary>
    Unavailable,
}
