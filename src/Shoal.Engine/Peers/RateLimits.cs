using Shoal.Network;

namespace Shoal.Engine.Peers;

/// <summary>The limits that one torrent's traffic in one direction passes: its own and then the engine's.</summary>
internal sealed class RateLimits(RateLimiter torrent, RateLimiter engine)
{
    /// <summary>True when neither limits anything now.</summary>
    public bool IsUnlimited => torrent.IsUnlimited && engine.IsUnlimited;

    /// <summary>Draws up to <paramref name="wanted"/> bytes that both allow, waiting for at least one.</summary>
    public async ValueTask<int> TakeAsync(int wanted)
    {
        int first = await torrent.TakeAsync(wanted).ConfigureAwait(false);
        int both = await engine.TakeAsync(first).ConfigureAwait(false);
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
