using System.Net;
using System.Net.Sockets;

namespace Shoal.Tracker.Api;

/// <summary>
/// Bounds the requests of each address by a token bucket, in a table of fixed size: addresses that share a slot share a
/// bucket, and a flood cannot make the table grow.
/// </summary>
/// <param name="perSecond">Requests a second in the long run.</param>
/// <param name="burst">Requests at once after a pause.</param>
internal sealed class RequestBudget(double perSecond, int burst)
{
    private const int Slots = 1 << 12;

    /// <summary>Bytes of an IPv6 address that tell customers of a provider apart.</summary>
    private const int V6NetworkBytes = 8;

    private readonly double[] _left = NewBuckets(burst);
    private readonly TimeSpan[] _at = new TimeSpan[Slots];
    private readonly Lock _gate = new();

    /// <summary>Takes one request out of an address's bucket; false when it is empty.</summary>
    /// <param name="address">Who asks.</param>
    /// <param name="now">Time since some fixed moment.</param>
    public bool TryTake(IPAddress address, TimeSpan now)
    {
        int slot = SlotOf(address);
        lock (_gate)
        {
            double left = Math.Min(burst, _left[slot] + (now - _at[slot]).TotalSeconds * perSecond);
            _at[slot] = now;
            bool isGranted = left >= 1;
            _left[slot] = isGranted ? left - 1 : left;
            return isGranted;
        }
    }

    /// <summary>Takes more out of an address's bucket, as far as there is something.</summary>
    public void Charge(IPAddress address, double cost)
    {
        int slot = SlotOf(address);
        lock (_gate) _left[slot] = Math.Max(0, _left[slot] - cost);
    }

    private static int SlotOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        // Its key is new in every process, so nobody can choose an address that shares the slot of a victim.
        var hash = new HashCode();
        hash.AddBytes(bytes[..(address.AddressFamily == AddressFamily.InterNetwork ? length : V6NetworkBytes)]);
        return hash.ToHashCode() & (Slots - 1);
    }

    private static double[] NewBuckets(int burst)
    {
        double[] buckets = new double[Slots];
        Array.Fill(buckets, burst);
        return buckets;
    }
}
