namespace Shoal.Tracker.Udp;

/// <summary>
/// Bounds the requests that wait for a store elsewhere, which a flood could otherwise fill memory with.
/// </summary>
internal sealed class Deferrals
{
    /// <summary>Requests at once: each holds about two kilobytes.</summary>
    private const int Limit = 16 * 1024;

    private int _count;

    /// <summary>Takes a place; false when there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Limit) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
