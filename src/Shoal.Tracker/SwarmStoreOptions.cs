namespace Shoal.Tracker;

/// <summary>How much a <see cref="SwarmStore"/> may hold. The defaults bound it to a few hundred megabytes.</summary>
public sealed record SwarmStoreOptions
{
    /// <summary>Swarms at the most.</summary>
    public int MaxSwarms { get; init; } = 1_000_000;

    /// <summary>Peers of one swarm at the most; qBittorrent's embedded tracker keeps 200, public ones all.</summary>
    public int MaxPeersPerSwarm { get; init; } = 10_000;

    /// <summary>
    /// Peers of one swarm behind one public address (IPv6: one /64) at the most. Private and loopback addresses are not
    /// counted: a test or a cluster runs many peers on one machine.
    /// </summary>
    public int MaxPeersPerHost { get; init; } = 50;

    /// <summary>
    /// Peers that one network (IPv4 /24, IPv6 /48) may add within one lifetime, over all swarms. It is what keeps a
    /// flood of invented info-hashes from filling the store; a seed box with ten thousand torrents stays below.
    /// </summary>
    public int MaxAdditionsPerNetwork { get; init; } = 50_000;

    /// <summary>
    /// Time after which a silent peer is dropped, to the minute: one and a half intervals of three minutes.
    /// </summary>
    public TimeSpan PeerLifetime { get; init; } = TimeSpan.FromMinutes(3);
}
