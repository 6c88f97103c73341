using System.Net;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>Carries packets between the peers of a simulation: in order, late, and sometimes not at all.</summary>
internal sealed class SimNetwork
{
    // A connect that nobody answers is given up by the program after this time.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // What a stream may have in flight before anything is known of the path; Linux grows its windows from about there.
    private const long LeastWindowBytes = 256 * 1024;

    // Mathis et al. 1997: a stream of segments of so many bytes has at most C / sqrt(loss) of them in flight.
    private const double SegmentBytes = 1460;
    private const double MathisConstant = 1.22;

    // The least time after which TCP sends a segment again that was lost.
    private static readonly TimeSpan LeastRetransmission = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<IPEndPoint, SimPeer> _peers = [];
    private readonly Stack<SimPacket> _packets = new();
    private long _links;

    public SimNetwork(EventQueue events, SwarmRandom random, double scale, EventLog log)
    {
        Events = events;
        Random = random;
        PerSimulatedByte = 1 / scale;
        Log = log;
    }

    public EventQueue Events { get; }

    public SwarmRandom Random { get; }

    public EventLog Log { get; }

    public TimeSpan Now => Events.Now;

    /// <summary>Simulated bytes for one byte of a small message, as blocks may stand for larger ones.</summary>
    public double PerSimulatedByte { get; }

    /// <summary>Makes the checker of a direction of a new connection; null when nobody looks.</summary>
    public Func<SimLink, Checks.WireChecker?> NewChecker { get; set; } = _ => null;

    /// <summary>Puts a peer at its address.</summary>
    public void Attach(SimPeer peer) => _peers[peer.ListensAt] = peer;

    public SimPeer? Find(IPEndPoint endPoint) => _peers.GetValueOrDefault(endPoint);

    public SimPacket NewPacket() => _packets.TryPop(out SimPacket? packet) ? packet : new SimPacket();

    /// <summary>Tries to connect; the dialler hears of it after a round trip or a timeout.</summary>
    public void Dial(SimPeer from, IPEndPoint target)
    {
        SimPeer? to = Find(target);
        bool isHidden = to is not null && !CanReach(from, to);
        if (isHidden && Log.IsOn) Log.Write($"{from.Number} cannot reach {to!.Number} behind its router");
        bool isReachable = to is { IsOnline: true } && !isHidden;
        TimeSpan delay = to is null ? TimeSpan.Zero : from.Delay + to.Delay;
        // A router drops what it does not let in; a host without a listener says so at once.
        TimeSpan wait = isReachable || to is { Group.Reachability: Reachability.Open } ? 2 * delay : ConnectTimeout;
        int life = from.Life;
        Events.After(wait, () =>
        {
            if (from.Life != life || !from.IsOnline) return;
            if (!isReachable || !to!.IsOnline) from.DialFailed(target);
            else from.Dialled(Connect(from, to, delay), target);
        });
    }

    /// <summary>Sends a packet that has left its owner's line.</summary>
    public void Depart(SimLink from, SimPacket packet)
    {
        packet.To = from.Other;
        if (from.IsClosed && !packet.IsEnd)
        {
            Recycle(packet);
            return;
        }
        if (packet.BlockBytes == 0) packet.FirstByteAt = Now;
        from.InFlight += packet.BlockBytes;
        TimeSpan arrival = Now + from.Delay + Hindrance(from);
        if (arrival < from.LastArrival) arrival = from.LastArrival;
        from.LastArrival = arrival;
        packet.FirstByteAt += arrival - Now;
        Events.After(
            arrival - Now,
            static (network, arrived) => ((SimNetwork)network).Arrive((SimPacket)arrived!),
            this,
            packet);
    }

    /// <summary>Ends a connection from one end; the other learns it after all that was sent before.</summary>
    public void Hangup(SimLink link, bool isReset = false)
    {
        if (link.IsClosed) return;
        link.IsClosed = true;
        SimPacket end = NewPacket();
        end.IsEnd = true;
        end.IsReset = isReset;
        Depart(link, end);
    }

    private static bool CanReach(SimPeer from, SimPeer to) => to.Group.Reachability switch
    {
        Reachability.Open => true,
        Reachability.Site => from.Group == to.Group,
        _ => false,
    };

    private SimLink Connect(SimPeer from, SimPeer to, TimeSpan delay)
    {
        (SimLink dialler, SimLink acceptor) =
            SimLink.Pair(_links, from, from.NextSource(), to, to.ListensAt, delay);
        _links += 2;
        double loss = 1 - (1 - from.Group.Loss) * (1 - to.Group.Loss);
        Prepare(dialler, from, to, loss);
        Prepare(acceptor, to, from, loss);
        to.Links.Add(acceptor);
        from.Links.Add(dialler);
        return dialler;
    }

    private void Prepare(SimLink link, SimPeer from, SimPeer to, double loss)
    {
        double bottleneck = Math.Min(from.Line.Up, to.Line.Down);
        double window = Math.Max(LeastWindowBytes * PerSimulatedByte, 2 * bottleneck * link.Delay.TotalSeconds);
        if (loss > 0)
        {
            double most = SegmentBytes * MathisConstant / Math.Sqrt(loss) * PerSimulatedByte;
            // Bytes count as arrived after one way, TCP's after both.
            window = Math.Min(window, most / 2);
        }
        // One block is let through whatever the window, as the line sends whole ones.
        link.Window = (long)Math.Max(window, 1);
        link.Loss = loss;
        link.Checker = NewChecker(link);
    }

    // Jitter of both sides, and the wait for what has to be sent again.
    private TimeSpan Hindrance(SimLink from)
    {
        TimeSpan most = from.Owner.Group.Jitter + from.Other.Owner.Group.Jitter;
        TimeSpan late = most == TimeSpan.Zero ? most : most * (Random.Next(1000) / 1000.0);
        if (from.Loss > 0 && Random.Next(1_000_000) < from.Loss * 1_000_000)
        {
            TimeSpan again = 4 * from.Delay;
            late += again > LeastRetransmission ? again : LeastRetransmission;
        }
        return late;
    }

    private void Arrive(SimPacket packet)
    {
        SimLink link = packet.To;
        TimeSpan at = packet.BlockBytes > 0 ? link.Owner.Line.Admit(packet, Now) : Now;
        if (at < link.LastDelivery) at = link.LastDelivery;
        link.LastDelivery = at;
        if (at == Now)
        {
            Deliver(packet);
            return;
        }
        Events.After(
            at - Now,
            static (network, delivered) => ((SimNetwork)network).Deliver((SimPacket)delivered!),
            this,
            packet);
    }

    private void Deliver(SimPacket packet)
    {
        SimLink link = packet.To;
        SimLink from = link.Other;
        int blockBytes = packet.BlockBytes;
        from.InFlight -= blockBytes;
        if (!link.IsClosed)
        {
            if (packet.IsEnd) link.Owner.Ended(link, packet.IsReset);
            else link.Owner.Arrived(link, packet);
        }
        Recycle(packet);
        if (blockBytes > 0) from.Owner.Line.Unblock();
    }

    /// <summary>Takes a packet back that nobody needs any more.</summary>
    public void Recycle(SimPacket packet)
    {
        packet.Clear();
        _packets.Push(packet);
    }
}
