using Shoal.Network;

namespace Shoal.Engine.Peers;

/// <summary>The limits that one torrent's traffic in one direction passes: its own and then the engine's.</summary>
internal sealed class RateLimits(RateLimiter torrent, RateLimiter engine)
{
    /// <summary>True when neither limits anything now.</summary>
    public bool IsUnlimited => torrent.IsUnlimited && engine.IsUnlimited;

    /// <summary>True while something waits for one of them.</summary>
    public bool IsWaitedFor => torrent.WaitingCount + engine.WaitingCount > 0;

    /// <summary>The lower of the two in bytes per second; 0 for none.</summary>
    public long BytesPerSecond =>
        torrent.IsUnlimited ? engine.BytesPerSecond
        : engine.IsUnlimited ? torrent.BytesPerSecond
        : Math.Min(torrent.BytesPerSecond, engine.BytesPerSecond);

    /// <summary>
    /// Draws up to <paramref name="wanted"/> bytes that both allow, waiting for at least one; the rest of what is under
    /// way before what is to begin.
    /// </summary>
    public async ValueTask<int> TakeAsync(int wanted, bool isUnderWay = false)
    {
        int first = await torrent.TakeAsync(wanted, isUnderWay).ConfigureAwait(false);
        int both = await engine.TakeAsync(first, isUnderWay).ConfigureAwait(false);
        torrent.Return(first - both);
        return both;
    }

    /// <summary>Gives back what was drawn and not used.</summary>
    public void Return(int bytes)
    {
        torrent.Return(bytes);
        engine.Return(bytes);
    }
}
