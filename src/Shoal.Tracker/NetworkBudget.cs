using System.Net;
using System.Net.Sockets;

namespace Shoal.Tracker;

/// <summary>
/// Counts what each network adds, in a table of fixed size: networks that share a slot share a budget, and a flood
/// cannot make the table grow. Counting begins anew with every lifetime of a peer.
/// </summary>
internal sealed class NetworkBudget(int limit, int windowMinutes)
{
    private const int Slots = 1 << 16;
    private const int V4NetworkBytes = 3;
    private const int V6NetworkBytes = 6;

    private readonly int[] _counts = new int[Slots];
    private long _window = -1;

    /// <summary>Takes one addition out of the network's budget; false when nothing is left.</summary>
    public bool TryTake(IPAddress address, long minute)
    {
        long window = minute / windowMinutes;
        if (Interlocked.Exchange(ref _window, window) != window) Array.Clear(_counts);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        // Its key is new in every process, so nobody can choose an address that shares the slot of a victim.
        var hash = new HashCode();
        hash.AddBytes(bytes[..(address.AddressFamily == AddressFamily.InterNetwork ? V4NetworkBytes : V6NetworkBytes)]);
        ref int count = ref _counts[hash.ToHashCode() & (Slots - 1)];
        return Interlocked.Increment(ref count) <= limit;
    }
}
