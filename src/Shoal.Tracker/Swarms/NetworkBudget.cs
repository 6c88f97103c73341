namespace Shoal.Tracker.Swarms;

/// <summary>
/// Counts what each network adds, in a table of fixed size: networks that share a slot share a budget, and a flood
/// cannot make the table grow. Counting begins anew with every lifetime of a peer.
/// </summary>
internal sealed class NetworkBudget(KeyedHash hasher, int limit, TimeSpan window)
{
    private const int Slots = 1 << 16;
    private const int V4HostBits = 8;
    private const int V6HostBits = 16;

    private readonly int[] _counts = new int[Slots];
    private long _window = -1;

    /// <summary>Takes one addition out of the network's budget; false when nothing is left.</summary>
    public bool TryTake(HostAddress address, TimeSpan now)
    {
        long current = now.Ticks / window.Ticks;
        if (Interlocked.Read(ref _window) != current && Interlocked.Exchange(ref _window, current) != current)
            Array.Clear(_counts);
        // An IPv4 /24, an IPv6 /48.
        ulong code = address.IsV4 ? hasher.Of(address.V4 >> V4HostBits) : hasher.Of(address.High >> V6HostBits, 1);
        return Interlocked.Increment(ref _counts[(int)code & (Slots - 1)]) <= limit;
    }
}
