namespace Shoal.Tracker;

/// <summary>
/// How much the swarms in memory may hold. A peer takes some 30 bytes and a swarm some 60, so the defaults bound them
/// to about half a gigabyte.
/// </summary>
public sealed record SwarmStoreOptions
{
    /// <summary>Swarms at the most, those counted in that have no peers but a download count.</summary>
    public int MaxSwarms { get; init; } = 4_000_000;

    /// <summary>Peers of all swarms at the most; one with both address families takes two places.</summary>
    public long MaxPeers { get; init; } = 10_000_000;

    /// <summary>Peers of one swarm at the most.</summary>
    public int MaxPeersPerSwarm { get; init; } = 100_000;

    /// <summary>
    /// Peers of one swarm behind one public address (IPv6: one /64) at the most. Private and loopback addresses are not
    /// counted: a test or a cluster runs many peers on one machine.
    /// </summary>
    public int MaxPeersPerHost { get; init; } = 50;

    /// <summary>
    /// Peers that one network (IPv4 /24, IPv6 /48) may add within one lifetime, over all swarms. It is what keeps a
    /// flood of invented info-hashes from filling the store; a seed box with ten thousand torrents stays below. Private
    /// and loopback networks are not counted.
    /// </summary>
    public int MaxAdditionsPerNetwork { get; init; } = 50_000;

    /// <summary>Time after which a silent peer is dropped, to a hundredth of it.</summary>
    public TimeSpan PeerLifetime { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Time that the download count of a torrent without peers is kept; 30 days.</summary>
    public TimeSpan DownloadsLifetime { get; init; } = TimeSpan.FromDays(30);
}
