using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Access;

/// <summary>
/// Limits how often something may happen for one host within a window, in a table of fixed size: hosts that share a
/// slot share a budget, and no flood of forged addresses makes the table grow.
/// </summary>
internal sealed class AttemptBudget(int limit, TimeSpan window)
{
    private const int Slots = 1 << 14;

    private readonly KeyedHash _hasher = new(Random.Shared);
    private readonly int[] _counts = new int[Slots];
    private long _window = -1;

    /// <summary>Takes one out of a host's budget; false when nothing is left in this window.</summary>
    public bool TryTake(HostAddress host, TimeSpan now)
    {
        ref int count = ref CountOf(host, now);
        return count < limit && Interlocked.Increment(ref count) <= limit;
    }

    /// <summary>True when something is left.</summary>
    public bool HasLeft(HostAddress host, TimeSpan now) => Volatile.Read(ref CountOf(host, now)) < limit;

    private ref int CountOf(HostAddress host, TimeSpan now)
    {
        long current = now.Ticks / window.Ticks;
        if (Interlocked.Read(ref _window) != current && Interlocked.Exchange(ref _window, current) != current)
            Array.Clear(_counts);
        // An IPv6 host owns a /64.
        ulong code = _hasher.Of(host.High, host.IsV4 ? host.Low : 0);
        return ref _counts[(int)code & (Slots - 1)];
    }
}
