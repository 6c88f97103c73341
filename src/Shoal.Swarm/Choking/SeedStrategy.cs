namespace Shoal.Swarm.Choking;

/// <summary>Whom a complete torrent serves, as nobody gives it anything by which to choose.</summary>
public enum SeedStrategy
{
    /// <summary>Everybody in turn, for a quota of pieces and a minute at least each. The default.</summary>
    RoundRobin,

    /// <summary>Those who take fastest: most copies per second leave.</summary>
    FastestUpload,

    /// <summary>
    /// Those who have just begun or are nearly done: the first soon have something to pass on, the second soon need
    /// nothing more, and one that stays in the middle, as a client does that only takes, waits longest.
    /// </summary>
    AntiLeech,
}
