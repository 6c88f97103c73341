using System.Net;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Trackers;
using Shoal.Tracker;
using Shoal.Tracker.Swarms;

namespace Shoal.Lab.Simulation;

/// <summary>The tracker of a simulation: the store of the real one, asked in virtual time.</summary>
internal sealed class SimTracker
{
    // Of the tracker program: when peers are to come again, and no earlier than when.
    private static readonly TimeSpan Interval = new TrackerOptions().Interval;
    private static readonly TimeSpan MinInterval = new TrackerOptions().MinInterval;

    private readonly SwarmStore _store;
    private readonly int _most;

    /// <summary>A tracker that nobody has announced to.</summary>
    /// <param name="most">Peers in an answer at the most.</param>
    /// <param name="seed">Of the choice of peers.</param>
    public SimTracker(int most, int seed)
    {
        _most = most;
        _store = new SwarmStore(new SwarmStoreOptions(), new Random(seed));
    }

    /// <summary>Announces received.</summary>
    public long Announces { get; private set; }

    /// <summary>Takes an announce in and answers it.</summary>
    public AnnounceReply Announce(in AnnounceQuery query, IPAddress from, TimeSpan now)
    {
        Announces++;
        int wanted = Math.Min(query.NumWant, _most);
        Span<byte> peers = new byte[wanted * CompactEndPoints.V4Length];
        var announce = new SwarmAnnounce
        {
            InfoHash = query.InfoHash,
            Address = new HostAddress(from),
            Port = query.Port,
            Event = query.Event,
            IsSeed = query.IsSeed,
            Wanted = wanted,
        };
        _store.TryAnnounce(announce, now, peers, [], out StoreAnswer answer);
        List<IPEndPoint> endPoints = [];
        CompactEndPoints.ReadV4(peers[..answer.Bytes4], wanted, endPoints);
        return new AnnounceReply
        {
            Interval = Interval,
            MinInterval = MinInterval,
            Complete = answer.Complete,
            Incomplete = answer.Incomplete,
            Peers = endPoints,
        };
    }

    /// <summary>Drops those who have been silent for too long.</summary>
    public void Expire(TimeSpan now) => _store.Sweep(now);
}
