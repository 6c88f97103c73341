using Shoal.Tracker.Access;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>
/// Connection ids of the UDP protocol (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>), which
/// prove that a client receives what is sent to its address. Nothing is kept about them: an id tells its second and
/// carries a keyed hash of that and of the address.
/// <code>
/// bits 63..48 second of issue, modulo 65,536   47..0 SipHash(secret, address, second)
/// </code>
/// The port is not part of it: routers change it, and libtorrent uses one id for all its sockets.
/// </summary>
internal sealed class ConnectionIds(SipHash hash, TimeSpan lifetime)
{
    /// <summary>The longest lifetime that can be told from a fresh id, with the clocks of nodes apart.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(18);

    /// <summary>
    /// Seconds that the clock of another node with the same secret may be ahead, or ours may be set back.
    /// </summary>
    private const int MaxSkewSeconds = 30;

    private const int HashBits = 48;
    private const ulong HashMask = (1ul << HashBits) - 1;

    private readonly int _lifetimeSeconds = (int)lifetime.TotalSeconds;

    /// <summary>An id for an address.</summary>
    public ulong Issue(HostAddress address, long unixSeconds) =>
        (ulong)(ushort)unixSeconds << HashBits | HashOf(address, unixSeconds);

    /// <summary>Judges an id that came from an address.</summary>
    public ConnectionStatus Check(ulong id, HostAddress address, long unixSeconds)
    {
        var stamp = (ushort)(id >> HashBits);
        int age = (ushort)((ushort)unixSeconds - stamp);
        if (age > ushort.MaxValue - MaxSkewSeconds) age -= ushort.MaxValue + 1;
        if (HashOf(address, unixSeconds - age) != (id & HashMask)) return ConnectionStatus.Forged;
        return age <= _lifetimeSeconds ? ConnectionStatus.Valid : ConnectionStatus.Expired;
    }

    private ulong HashOf(HostAddress address, long unixSeconds) =>
        hash.Of(address.High, address.Low, (ulong)unixSeconds) & HashMask;
}
