namespace Shoal.Swarm.Choking;

/// <summary>How upload slots are given out in one torrent.</summary>
public sealed record ChokerOptions
{
    /// <summary>
    /// Number of upload slots, optimistic ones included. 0, the default, derives it from the upload limit or from
    /// what the peers take; -1 gives everybody one.
    /// </summary>
    public int Slots { get; init; }

    /// <summary>
    /// The limit of the torrent's upload in bytes per second, from which slots are derived; 0, the default, when there
    /// is none.
    /// </summary>
    public long UploadLimitBytesPerSecond { get; init; }

    /// <summary>
    /// Longest time between regular rounds. The default of 10 s is the one of BEP 3: long enough for TCP to ramp up.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Shortest time between regular rounds, where lines are so fast that an average slot carries ten pieces in it. The
    /// default of 2 s is ten round trips across the world.
    /// </summary>
    public TimeSpan LeastInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time that an optimistic slot stays with one peer while rounds are longest, else as much less. The default of
    /// 30 s is the one of BEP 3: a whole piece, so that the peer can give something back.
    /// </summary>
    public TimeSpan OptimisticInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whom to serve when this torrent is complete; round robin by default.</summary>
    public SeedStrategy SeedStrategy { get; init; }
}
