namespace Shoal.Tracker.Redis;

/// <summary>The figures that the scripts know by name; all nodes at one Redis have to have the same.</summary>
/// <param name="Period">Length of a generation.</param>
/// <param name="Lifetime">Silence after which a peer may be dropped; less than a period later it is.</param>
/// <param name="MaxPeersPerSwarm">Peers of one swarm at the most.</param>
/// <param name="DownloadsLifetime">Time that the download count of a torrent without peers is kept.</param>
internal sealed record RedisSettings(
    TimeSpan Period, TimeSpan Lifetime, int MaxPeersPerSwarm, TimeSpan DownloadsLifetime)
{
    /// <summary>IPv4 peers of a swarm that are walked for a partner of an IPv6 peer, as few as one reply has.</summary>
    private const int MaxWalk = 128;

    /// <summary>Private addresses of one household in one swarm at the most.</summary>
    private const int MaxHousehold = 50;

    /// <summary>Peers drawn for each one wanted, where some may be out of the requester's reach.</summary>
    public const int Looks = 4;

    /// <summary>Numbers that a random one is drawn from.</summary>
    public const int Dice = 1_000_000;

    /// <summary>
    /// Generations that can be alive at once: the present one and those that its lifetime reaches into.
    /// </summary>
    public int Generations => (int)Math.Ceiling(Lifetime / Period) + 1;

    /// <summary>What stands before a script.</summary>
    public string Head => string.Create(null,
        $"""
        local PERIOD, LIFETIME = {(long)Period.TotalSeconds}, {(long)Lifetime.TotalSeconds}
        local GENERATIONS = {Generations}
        local MAX_PEERS, MAX_WALK, MAX_HOUSEHOLD = {MaxPeersPerSwarm}, {MaxWalk}, {MaxHousehold}
        local DICE = {Dice}
        local DOWNLOADS_LIFETIME = {(long)DownloadsLifetime.TotalSeconds}
        local LOOKS, TAG_LENGTH = {Looks}, {RedisKeys.TagLength}

        """);
}
