using Shoal.Discovery;

namespace Shoal.Engine.WebSeeds;

/// <summary>
/// The web seeds of one torrent: which to use, and when again after a failure. It does no I/O and knows no clock; it
/// belongs to the torrent's actor.
/// </summary>
internal sealed class WebSeedList(IReadOnlyList<WebSeed> seeds)
{
    /// <summary>Web seeds in use at a time; libtorrent's max_web_seed_connections.</summary>
    public const int MaxInUse = 3;

    /// <summary>The wait after a first failure, which doubles with each further one.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);

    /// <summary>Where doubling ends.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private int _inUse;

    /// <summary>The next to use now, which counts as in use from here on; null when there is none.</summary>
    public WebSeed? Next(TimeSpan now)
    {
        if (_inUse == MaxInUse) return null;
        WebSeed? best = null;
        foreach (WebSeed seed in seeds)
        {
            if (seed.State != WebSeedState.Resting || seed.NotBefore > now) continue;
            if (best is null || seed.Failures < best.Failures) best = seed;
        }
        if (best is null) return null;
        _inUse++;
        best.State = WebSeedState.InUse;
        return best;
    }

    /// <summary>A web seed that was in use is so no longer.</summary>
    /// <param name="seed">The web seed.</param>
    /// <param name="fault">What was wrong; null when nothing was.</param>
    /// <param name="gaveBytes">True when it gave something before.</param>
    /// <param name="now">The time.</param>
    /// <returns>The time until it is used again; null when that is never.</returns>
    public TimeSpan? Ended(WebSeed seed, WebSeedFault? fault, bool gaveBytes, TimeSpan now)
    {
        _inUse--;
        seed.State = fault is { IsFinal: true } ? WebSeedState.Dropped : WebSeedState.Resting;
        if (gaveBytes) seed.Failures = 0;
        TimeSpan wait = FirstWait;
        for (int i = 0; i < seed.Failures && wait < LongestWait; i++) wait *= 2;
        if (fault is not null) seed.Failures++;
        if (fault?.RetryAfter > wait) wait = fault.RetryAfter.Value;
        if (wait > LongestWait) wait = LongestWait;
        seed.NotBefore = now + wait;
        return seed.State == WebSeedState.Dropped ? null : wait;
    }
}
