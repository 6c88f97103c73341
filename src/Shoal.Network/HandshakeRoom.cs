using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Shoal.Network;

/// <summary>
/// Those whose handshake has not come to its end. There are so many places, and who comes when they are taken gets one
/// at the cost of somebody else: of the network that has the most of them, and there of who has come no further for
/// the longest time. An honest peer goes on as fast as it can, and is few. Any thread.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="places">How many there are.</param>
public sealed class HandshakeRoom(TimeProvider time, int places)
{
    /// <summary>
    /// Nobody makes room for others sooner than this after its last step: what an honest peer sends first is under way
    /// when it is accepted, and our own threads may be late to read it. With 256 places a thousand get one in a second.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    // What one customer of a provider can have, as providers give it out: a few of the addresses of a /24 (IPv4), and
    // up to a /48 (RFC 6177, section 2).
    private const int Ipv4HostBits = 8;
    private const int Ipv6OtherBits = 64 - 48;
    private const ulong Ipv4Mark = 1UL << 63;

    private readonly Lock _lock = new();
    private readonly HashSet<HandshakeGuest> _guests = [];
    private readonly Dictionary<ulong, int> _networks = [];

    /// <summary>How many there are now.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _guests.Count;
        }
    }

    /// <summary>Takes somebody in, whether there is a place or not.</summary>
    public HandshakeGuest Add(IConnection connection)
    {
        var guest = new HandshakeGuest(connection, time, NetworkOf(connection.Remote.Address));
        lock (_lock)
        {
            _guests.Add(guest);
            _networks[guest.Network] = _networks.GetValueOrDefault(guest.Network) + 1;
        }
        return guest;
    }

    /// <summary>Lets somebody go, without closing its connection. False when it was made to before.</summary>
    /// <param name="guest">Who goes.</param>
    /// <param name="stayed">How long it was here; zero when it was gone before.</param>
    public bool Remove(HandshakeGuest guest, out TimeSpan stayed)
    {
        ArgumentNullException.ThrowIfNull(guest);
        lock (_lock)
        {
            bool wasHere = TryRemove(guest);
            stayed = wasHere ? time.GetElapsedTime(guest.Since) : TimeSpan.Zero;
            return wasHere;
        }
    }

    /// <summary>
    /// Sees to it that there is a place. Zero when there is one now, for which a connection may have been closed; or
    /// the time after which asking again is worth while.
    /// </summary>
    public TimeSpan MakeRoom()
    {
        HandshakeGuest victim;
        lock (_lock)
        {
            if (_guests.Count < places) return TimeSpan.Zero;
            TimeSpan wait = Choose(out victim);
            if (wait > TimeSpan.Zero) return wait;
            TryRemove(victim);
        }
        victim.Connection.Close();
        return TimeSpan.Zero;
    }

    /// <summary>Closes those that were here for longer than this; they leave by themselves then.</summary>
    public void CloseLate(TimeSpan limit)
    {
        foreach (HandshakeGuest guest in Snapshot())
            if (time.GetElapsedTime(guest.Since) > limit) guest.Connection.Close();
    }

    /// <summary>Closes everybody; they leave by themselves then.</summary>
    public void CloseAll()
    {
        foreach (HandshakeGuest guest in Snapshot()) guest.Connection.Close();
    }

    /// <summary>Chooses who makes room, or tells how long it is too early for that.</summary>
    private TimeSpan Choose(out HandshakeGuest victim)
    {
        int most = 0;
        foreach (int count in _networks.Values) most = Math.Max(most, count);
        HandshakeGuest? idle = null;
        HandshakeGuest? waiting = null;
        TimeSpan longest = TimeSpan.MinValue, shortest = TimeSpan.MaxValue;
        foreach (HandshakeGuest guest in _guests)
        {
            if (_networks[guest.Network] < most) continue;
            TimeSpan since = guest.Idle;
            if (guest.IsAtGate)
            {
                // Those wait for us and not we for them, so the last in line goes first.
                if (since < shortest) (waiting, shortest) = (guest, since);
            }
            else if (since > longest)
            {
                (idle, longest) = (guest, since);
            }
        }
        bool isIdle = idle is not null && longest >= Patience;
        victim = isIdle ? idle! : (waiting ?? idle)!;
        return isIdle || waiting is not null ? TimeSpan.Zero : Patience - longest;
    }

    private bool TryRemove(HandshakeGuest guest)
    {
        if (!_guests.Remove(guest)) return false;
        guest.Leave();
        if (--_networks[guest.Network] == 0) _networks.Remove(guest.Network);
        return true;
    }

    private HandshakeGuest[] Snapshot()
    {
        lock (_lock) return [.. _guests];
    }

    private static ulong NetworkOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return Ipv4Mark | (BinaryPrimitives.ReadUInt32BigEndian(bytes) >> Ipv4HostBits);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) >> Ipv6OtherBits;
    }
}
