using System.Net;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>
/// One end of a simulated connection. What its owner sends leaves from here; bytes arrive in order, and the end of the
/// connection after all bytes that were sent before it.
/// </summary>
internal sealed class SimLink
{
    private SimLink(SimPeer owner, IPEndPoint remote, TimeSpan delay)
    {
        Owner = owner;
        Remote = remote;
        Delay = delay;
    }

    public SimPeer Owner { get; }

    /// <summary>The other end.</summary>
    public SimLink Other { get; private set; } = null!;

    /// <summary>The other side's address as this side sees it.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>One-way delay without jitter.</summary>
    public TimeSpan Delay { get; }

    /// <summary>A number that orders the ends of a simulation.</summary>
    public long Number { get; private set; }

    /// <summary>The brain's side; null before the handshake was accepted and after the end.</summary>
    public PeerSession? Session { get; set; }

    /// <summary>True while the next bytes that arrive are the peer's handshake.</summary>
    public bool AwaitsHandshake { get; set; } = true;

    /// <summary>True once our own handshake was sent.</summary>
    public bool HasGreeted { get; set; }

    /// <summary>True once this end was closed: what still arrives is dropped.</summary>
    public bool IsClosed { get; set; }

    /// <summary>True while it waits for the end of its owner's turn to be flushed.</summary>
    public bool IsQueued { get; set; }

    /// <summary>True while it waits for its turn on the line.</summary>
    public bool IsInLine { get; set; }

    /// <summary>True while blocks of it are going into the line; what is said meanwhile waits behind them.</summary>
    public bool IsSending { get; set; }

    /// <summary>Block bytes that left and have not arrived.</summary>
    public long InFlight { get; set; }

    /// <summary>Block bytes that may be in flight, as TCP's window would have it.</summary>
    public long Window { get; set; }

    /// <summary>Share of segments that the path loses.</summary>
    public double Loss { get; set; }

    /// <summary>When the last packet that was sent will arrive.</summary>
    public TimeSpan LastArrival { get; set; }

    /// <summary>When the last packet that arrived here was delivered.</summary>
    public TimeSpan LastDelivery { get; set; }

    /// <summary>What was said in this direction, by the rules; null when nobody looks.</summary>
    public Checks.WireChecker? Checker { get; set; }

    /// <summary>Both ends of a new connection.</summary>
    public static (SimLink Dialler, SimLink Acceptor) Pair(
        long number, SimPeer dialler, IPEndPoint source, SimPeer acceptor, IPEndPoint target, TimeSpan delay)
    {
        var one = new SimLink(dialler, target, delay) { Number = number };
        one.Other = new SimLink(acceptor, source, delay) { Other = one, Number = number + 1 };
        return (one, one.Other);
    }
}
