using System.Net;
using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker;

/// <summary>
/// Who is in which swarm, in memory. Swarms are spread over shards with a lock each; peers rest in the form in which
/// they are sent. It reads no clock: each call brings the time since some fixed moment. All members may be used from
/// any thread.
/// </summary>
public sealed class SwarmStore
{
    /// <summary>Shards, many more than cores, so that two announces rarely meet at one lock.</summary>
    private const int Shards = 64;

    private readonly SwarmShard[] _shards = new SwarmShard[Shards];
    private readonly SwarmStoreOptions _options;
    private readonly NetworkBudget _budget;
    private readonly int _lifetimeMinutes;
    private long _swarms;
    private long _peers;

    /// <summary>An empty store.</summary>
    /// <param name="options">What it may hold.</param>
    /// <param name="random">Gives each shard its own dice for the choice of peers.</param>
    public SwarmStore(SwarmStoreOptions options, Random random)
    {
        _options = options;
        _lifetimeMinutes = (int)Math.Ceiling(options.PeerLifetime.TotalMinutes);
        _budget = new NetworkBudget(options.MaxAdditionsPerNetwork, _lifetimeMinutes);
        for (int i = 0; i < Shards; i++) _shards[i] = new SwarmShard(random.Next());
    }

    /// <summary>Swarms held now.</summary>
    public long Swarms => Interlocked.Read(ref _swarms);

    /// <summary>Peers held now, a peer with two address families twice.</summary>
    public long Peers => Interlocked.Read(ref _peers);

    /// <summary>Takes an announce in and chooses peers for the answer.</summary>
    /// <param name="query">The announce.</param>
    /// <param name="address">Where it came from; not mapped. It is listed with the port of the announce.</param>
    /// <param name="now">Time since the store began.</param>
    /// <param name="wanted">Peers at the most, of both families together.</param>
    /// <param name="peers4">Room for so many IPv4 peers of six bytes; empty when they are not wanted.</param>
    /// <param name="peers6">Room for so many IPv6 peers of eighteen bytes; empty when they are not wanted.</param>
    public StoreAnswer Announce(in AnnounceQuery query, IPAddress address, TimeSpan now, int wanted,
        Span<byte> peers4, Span<byte> peers6)
    {
        SwarmShard shard = ShardOf(query.InfoHash);
        bool isStop = query.Event == AnnounceEvent.Stopped;
        lock (shard.Gate)
        {
            StoreStatus status = StoreStatus.Stored;
            if (!shard.TryGet(query.InfoHash, out Swarm? swarm))
            {
                if (isStop) return default;
                if (Swarms >= _options.MaxSwarms) return new StoreAnswer(StoreStatus.StoreFull, 0, 0, 0, 0, 0);
                swarm = new Swarm();
            }
            int before = swarm.Peers;
            bool isV4 = address.AddressFamily == AddressFamily.InterNetwork;
            int self = isV4
                ? Update(ref swarm.V4, new PeerRow4(address, query.Port), query, address, swarm, now, ref status)
                : Update(ref swarm.V6, new PeerRow6(address, query.Port), query, address, swarm, now, ref status);
            Interlocked.Add(ref _peers, swarm.Peers - before);
            Keep(shard, query.InfoHash, swarm, before);
            var answer = new StoreAnswer(status, swarm.Seeds, swarm.Leeches, swarm.Downloaded, 0, 0);
            if (isStop || wanted <= 0 || status == StoreStatus.NetworkFull) return answer;

            // One who only uploads has no use for others who do. But a client that comes by a magnet link and knows no
            // size yet may say that nothing is left, as aria2 does: at the start nobody is taken for a seed.
            bool forSeed = (query.IsSeed && query.Event != AnnounceEvent.Started)
                || query.Event == AnnounceEvent.Paused;
            int room4 = Math.Min(peers4.Length / PeerRow4.WireLength, wanted);
            int room6 = Math.Min(peers6.Length / PeerRow6.WireLength, wanted);
            Share(wanted, isV4, swarm, ref room4, ref room6);
            AddressScope scope = address.Scope();
            return answer with
            {
                Bytes4 = swarm.V4.Select(peers4, room4, isV4 ? self : -1, forSeed, scope, shard.Random),
                Bytes6 = swarm.V6.Select(peers6, room6, isV4 ? -1 : self, forSeed, scope, shard.Random),
            };
        }
    }

    /// <summary>The figures of a swarm: zeros when there is none.</summary>
    public ScrapeEntry Scrape(InfoHash hash)
    {
        SwarmShard shard = ShardOf(hash);
        lock (shard.Gate)
            return shard.TryGet(hash, out Swarm? swarm)
                ? new ScrapeEntry(hash, swarm.Seeds, swarm.Downloaded, swarm.Leeches)
                : new ScrapeEntry(hash, 0, 0, 0);
    }

    /// <summary>
    /// Drops the peers that have been silent for longer than their lifetime. To be called every minute.
    /// </summary>
    public void Expire(TimeSpan now)
    {
        long swarms = 0, peers = 0;
        foreach (SwarmShard shard in _shards)
        {
            (int s, int p) = shard.Expire(MinuteOf(now), _lifetimeMinutes);
            swarms += s;
            peers += p;
        }
        Interlocked.Exchange(ref _swarms, swarms);
        Interlocked.Exchange(ref _peers, peers);
    }

    private static ushort MinuteOf(TimeSpan now) => (ushort)(long)now.TotalMinutes;

    private SwarmShard ShardOf(InfoHash hash) => _shards[(uint)hash.GetHashCode() % Shards];

    /// <summary>Lists, refreshes or removes the announcer.</summary>
    /// <returns>Its place, or -1 when it is not listed.</returns>
    private int Update<TRow>(ref PeerRows<TRow> rows, TRow peer, in AnnounceQuery query, IPAddress address, Swarm swarm,
        TimeSpan now, ref StoreStatus status) where TRow : unmanaged, IPeerRow<TRow>
    {
        int at = rows.Find(peer);
        if (query.Event == AnnounceEvent.Stopped)
        {
            if (at >= 0) rows.RemoveAt(at);
            return -1;
        }
        ushort minute = MinuteOf(now);
        if (at >= 0)
        {
            if (query.IsSeed && !rows.IsSeed(at)) swarm.Downloaded++;
            rows.Refresh(at, minute, query.IsSeed);
            return rows.Find(peer);
        }
        bool isGlobal = address.Scope() == AddressScope.Global;
        status = swarm.Peers >= _options.MaxPeersPerSwarm ? StoreStatus.SwarmFull
            : isGlobal && rows.CountSameHost(peer) >= _options.MaxPeersPerHost ? StoreStatus.HostFull
            : !_budget.TryTake(address, (long)now.TotalMinutes) ? StoreStatus.NetworkFull
            : StoreStatus.Stored;
        if (status != StoreStatus.Stored) return -1;
        rows.Add(peer.At(minute), query.IsSeed);
        return rows.Find(peer);
    }

    private void Keep(SwarmShard shard, InfoHash hash, Swarm swarm, int before)
    {
        if (before == 0 && swarm.Peers > 0)
        {
            shard.Add(hash, swarm);
            Interlocked.Increment(ref _swarms);
        }
        else if (before > 0 && swarm.Peers == 0)
        {
            shard.Remove(hash);
            Interlocked.Decrement(ref _swarms);
        }
    }

    /// <summary>
    /// Divides the peers wanted between the families: most for the announcer's own, which it can surely reach, and a
    /// quarter for the other, which it may.
    /// </summary>
    private static void Share(int wanted, bool isV4, Swarm swarm, ref int room4, ref int room6)
    {
        const int OtherShare = 4;
        ref int own = ref isV4 ? ref room4 : ref room6;
        ref int other = ref isV4 ? ref room6 : ref room4;
        int ownAvailable = isV4 ? swarm.V4.Count : swarm.V6.Count;
        int otherAvailable = isV4 ? swarm.V6.Count : swarm.V4.Count;
        int forOther = Math.Max(wanted / OtherShare, wanted - ownAvailable);
        other = Math.Min(other, Math.Min(otherAvailable, forOther));
        own = Math.Min(own, wanted - other);
    }
}
