using System.Globalization;
using System.Net;
using Shoal.Protocol;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>
/// Real brains on both ends of every connection, in virtual time and on one thread. What happens next is the event with
/// the least time, and of several the one that was planned first; so a seed makes one run, and the same run each time.
/// </summary>
/// <remarks>
/// After every event the node that dealt with it proves that its credit balances. At the end <see cref="AssertGood"/>
/// looks at what all of it was for.
/// </remarks>
internal sealed class BrainSwarm
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FaultsEnd = TimeSpan.FromMinutes(1);

    private readonly PriorityQueue<Action, (TimeSpan Time, long Order)> _events = new();
    private readonly SwarmRandom _random;
    private readonly SwarmPlan _plan;
    private readonly TestTorrent _torrent;
    private readonly List<string> _log = [];
    private long _order;

    public BrainSwarm(SwarmPlan plan)
    {
        _plan = plan;
        _random = new SwarmRandom(plan.Seed);
        _torrent = TestTorrents.Create(plan.Version, plan.PieceLength, ("content.bin", plan.Length));
        int count = plan.Seeders + plan.Downloaders;
        Nodes = [];
        for (int i = 0; i < count; i++) Nodes.Add(new SwarmNode(this, i, plan, _torrent, AddressOf(i)));
        foreach (SwarmNode node in Nodes) After(_random.Next(1000) * TimeSpan.FromMilliseconds(1), () => Tick(node));
        if (plan.BreakEvery > TimeSpan.Zero) After(plan.BreakEvery, Break);
        if (plan.StallEvery > TimeSpan.Zero) After(plan.StallEvery, Stall);
    }

    public List<SwarmNode> Nodes { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>All that is worth telling, with its time.</summary>
    public IReadOnlyList<string> Told => _log;

    /// <summary>Plans an event.</summary>
    public void After(TimeSpan delay, Action happening) => _events.Enqueue(happening, (Now + delay, _order++));

    public void Log(string sentence) =>
        _log.Add(string.Create(CultureInfo.InvariantCulture, $"{Now.TotalSeconds:0.000} {sentence}"));

    /// <summary>Runs until every node has everything, and then until what is under way has settled.</summary>
    public BrainSwarm Run()
    {
        while (Now < _plan.Limit && !Nodes.TrueForAll(node => node.IsDone)) Step();
        TimeSpan rest = Now + TimeSpan.FromSeconds(5);
        while (Now < rest && _events.Count > 0) Step();
        return this;
    }

    /// <summary>Fails with the seed and the end of the log unless the swarm did what swarms are for.</summary>
    public void AssertGood()
    {
        foreach (SwarmNode node in Nodes)
        {
            Demand(node.IsDone, $"{node.Number} is not complete: {node.Brain.MissingBytes} bytes are missing");
            Demand(node.Disk!.Bytes.AsSpan().SequenceEqual(_torrent.PieceSpace), $"{node.Number} has wrong bytes");
            Demand(node.CreditOut == 0, $"{node.Number} has credit for {node.CreditOut} blocks out");
            Demand(node.Brain.OutstandingBlocks == 0, $"{node.Number} still asks for blocks");
            foreach ((SwarmNode peer, DisconnectReason reason) in node.Closed)
                Demand(peer.IsLiar || IsHarmless(reason), $"{node.Number} closed {peer.Number} for {reason}");
        }
    }

    public void Dial(SwarmNode from, IPEndPoint to)
    {
        SwarmNode? there = Nodes.Find(node => node.ListensAt.Equals(to));
        TimeSpan delay = _plan.MaxDelay * (_random.Next(1000) / 1000.0);
        (SwarmLink dialler, SwarmLink acceptor) = SwarmLink.Pair(from, there ?? from, delay);
        After(2 * delay, () =>
        {
            if (there is null)
            {
                from.Do(brain => brain.DialFailed(to, Now));
                return;
            }
            IPEndPoint source = from.NextSource();
            Sources[dialler] = source;
            Sources[acceptor] = to;
            from.Links.Add(dialler);
            there.Links.Add(acceptor);
            from.Dialled(dialler, to);
        });
    }

    /// <summary>Sends bytes from one end of a connection to the other.</summary>
    public void Send(SwarmLink from, byte[] bytes)
    {
        IPEndPoint source = Sources[from];
        SwarmLink to = from.Other;
        After(from.Delay, () => to.Node.Arrived(to, source, bytes));
    }

    /// <summary>Ends a connection from one end; the other learns it after all that was sent before.</summary>
    public void Hangup(SwarmLink link)
    {
        link.IsClosed = true;
        link.Node.Links.Remove(link);
        SwarmLink other = link.Other;
        After(link.Delay, () => other.Node.Ended(other));
    }

    /// <summary>What a tracker would answer: the other nodes, in no particular order.</summary>
    public IReadOnlyList<IPEndPoint> AddressesFor(SwarmNode node)
    {
        IPEndPoint[] addresses = [.. Nodes.Where(other => other != node).Select(other => other.ListensAt)];
        _random.Shuffle(addresses.AsSpan());
        return addresses;
    }

    private Dictionary<SwarmLink, IPEndPoint> Sources { get; } = [];

    private static bool IsHarmless(DisconnectReason reason) => reason is DisconnectReason.ClosedByPeer
        or DisconnectReason.SocketError or DisconnectReason.BothSeeds or DisconnectReason.Duplicate;

    private IPEndPoint AddressOf(int number) => _plan.OneMachine
        ? new IPEndPoint(IPAddress.Loopback, 6881 + number)
        : new IPEndPoint(new IPAddress([198, 51, 100, (byte)(1 + number)]), 6881);

    private void Step()
    {
        Demand(_events.TryDequeue(out Action? happening, out (TimeSpan Time, long Order) at), "nothing happens");
        Now = at.Time;
        try
        {
            happening!();
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Demand(false, e.ToString());
        }
    }

    private void Tick(SwarmNode node)
    {
        node.Do(brain => brain.Tick(Now));
        After(TickInterval, () => Tick(node));
    }

    private void Break()
    {
        List<SwarmLink> links = [.. Nodes.SelectMany(node => node.Links)];
        if (links.Count > 0)
        {
            SwarmLink link = links[_random.Next(links.Count)];
            Log($"the connection of {link.Node.Number} and {link.Other.Node.Number} breaks");
            link.Node.Ended(link);
            link.Other.Node.Ended(link.Other);
        }
        if (Now < FaultsEnd) After(_plan.BreakEvery * (_random.Next(2000) / 1000.0), Break);
    }

    private void Stall()
    {
        SwarmNode node = Nodes[_random.Next(Nodes.Count)];
        Log($"{node.Number} stalls");
        node.Stall(TimeSpan.FromSeconds(30));
        if (Now < FaultsEnd) After(_plan.StallEvery * (_random.Next(2000) / 1000.0), Stall);
    }

    private void Demand(bool holds, string otherwise)
    {
        if (holds) return;
        Assert.Fail($"{_plan}: {otherwise}\n{string.Join('\n', _log.TakeLast(60))}");
    }
}
