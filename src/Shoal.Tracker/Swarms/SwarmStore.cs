using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Who is in which swarm, in memory. Swarms are spread over shards with a lock each; peers rest in the form in which
/// they are sent. It reads no clock: each call brings the time since some fixed moment.
/// </summary>
internal sealed class SwarmStore : ISwarmStore
{
    /// <summary>Shards, many more than cores, so that two announces rarely meet at one lock.</summary>
    private const int Shards = 1 << ShardBits;

    private const int ShardBits = 8;

    /// <summary>
    /// Ticks in a peer's lifetime. A row has a byte for its tick, so that a peer may be overlooked for one and a half
    /// lifetimes more before it would look young again; sweeps come far more often.
    /// </summary>
    public const int LifetimeTicks = 100;

    /// <summary>Part of the room that swarms without peers may take; their download counts are worth no more.</summary>
    private const double EmptyShare = 0.9;

    private readonly SwarmShard[] _shards = new SwarmShard[Shards];
    private readonly SwarmStoreOptions _options;
    private readonly NetworkBudget _budget;
    private readonly LanTable _lan;
    private readonly TimeSpan _tick;
    private readonly KeyedHash _hasher;
    private long _swarms;
    private long _rows;
    private TimeSpan _swept;

    /// <summary>An empty store.</summary>
    /// <param name="options">What it may hold.</param>
    /// <param name="random">Gives keys for the tables and dice for the choice of peers.</param>
    public SwarmStore(SwarmStoreOptions options, Random random)
    {
        _options = options;
        _tick = options.PeerLifetime / LifetimeTicks;
        _hasher = new KeyedHash(random);
        _budget = new NetworkBudget(_hasher, options.MaxAdditionsPerNetwork, options.PeerLifetime);
        _lan = new LanTable(options.PeerLifetime);
        for (int i = 0; i < Shards; i++) _shards[i] = new SwarmShard(_hasher, (ulong)random.NextInt64());
    }

    /// <inheritdoc/>
    public long Swarms => Interlocked.Read(ref _swarms);

    /// <inheritdoc/>
    public StoreTotals Totals
    {
        get
        {
            StoreTotals sum = default;
            foreach (SwarmShard shard in _shards)
            {
                lock (shard.Gate)
                {
                    sum.Rows4 += shard.Totals.Rows4;
                    sum.Rows6 += shard.Totals.Rows6;
                    sum.Complete += shard.Totals.Complete;
                    sum.Incomplete += shard.Totals.Incomplete;
                }
            }
            return sum;
        }
    }

    /// <summary>The shards, for who writes or fills the whole store.</summary>
    public ReadOnlySpan<SwarmShard> AllShards => _shards;

    /// <summary>Length of the units in which rows tell when their peer was last heard of.</summary>
    public TimeSpan TickLength => _tick;

    /// <inheritdoc/>
    public void Prefetch(ReadOnlySpan<InfoHash> torrents)
    {
        // Each pass asks the memory for what the next one reads. No lock is held: what is read may be of another
        // swarm by now, and then something else than needed is fetched.
        Span<ulong> codes = stackalloc ulong[ISwarmStore.MaxPrefetch];
        Span<int> numbers = stackalloc int[ISwarmStore.MaxPrefetch];
        torrents = torrents[..Math.Min(torrents.Length, ISwarmStore.MaxPrefetch)];
        for (int i = 0; i < torrents.Length; i++)
        {
            codes[i] = _hasher.Of(torrents[i]);
            ShardOf(codes[i]).Entries.PrefetchSlot(codes[i]);
        }
        for (int i = 0; i < torrents.Length; i++)
            numbers[i] = ShardOf(codes[i]).Entries.PrefetchEntry(codes[i]);
        for (int i = 0; i < torrents.Length; i++) ShardOf(codes[i]).PrefetchHead(numbers[i]);
        for (int i = 0; i < torrents.Length; i++) ShardOf(codes[i]).PrefetchRows(numbers[i]);
    }

    /// <inheritdoc/>
    public bool TryAnnounce(in SwarmAnnounce announce, TimeSpan now, Span<byte> peers4, Span<byte> peers6,
        out StoreAnswer answer)
    {
        ulong code = _hasher.Of(announce.InfoHash);
        SwarmShard shard = ShardOf(code);
        bool isStop = announce.Event == AnnounceEvent.Stopped;
        lock (shard.Gate)
        {
            int number = shard.Entries.Find(announce.InfoHash, code);
            if (number < 0)
            {
                answer = default;
                if (isStop) return true;
                answer = new StoreAnswer(MayAdd(announce.Address, now), 0, 0, 0, 0, 0);
                if (answer.Status != StoreStatus.Stored) return true;
                number = AddEntry(shard, announce.InfoHash, code);
            }
            answer = Announce(shard, number, announce, now, peers4, peers6);
        }
        return true;
    }

    /// <inheritdoc/>
    public ValueTask<StoreAnswer> AnnounceAsync(
        SwarmAnnounce announce, TimeSpan now, Memory<byte> peers4, Memory<byte> peers6)
    {
        TryAnnounce(announce, now, peers4.Span, peers6.Span, out StoreAnswer answer);
        return new ValueTask<StoreAnswer>(answer);
    }

    /// <inheritdoc/>
    public bool TryScrape(Span<ScrapeEntry> entries)
    {
        foreach (ref ScrapeEntry entry in entries)
        {
            ulong code = _hasher.Of(entry.InfoHash);
            SwarmShard shard = ShardOf(code);
            lock (shard.Gate)
            {
                int number = shard.Entries.Find(entry.InfoHash, code);
                if (number < 0) continue;
                var swarm = new SwarmCursor(shard, number);
                entry = new ScrapeEntry(entry.InfoHash, swarm.Counts.Complete, swarm.Entry.Downloads,
                    swarm.Counts.Incomplete) { Downloaders = swarm.Counts.Downloaders };
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public ValueTask ScrapeAsync(Memory<ScrapeEntry> entries)
    {
        TryScrape(entries.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Sweep(TimeSpan now)
    {
        // After a longer pause, as when the machine slept, ages can no longer be told: then all are taken to be gone.
        bool isLate = now - _swept > _tick * (byte.MaxValue - LifetimeTicks);
        _swept = now;
        var sweeper = new SwarmSweeper(TickOf(now), isLate ? -1 : LifetimeTicks, (uint)now.TotalSeconds,
            (uint)_options.DownloadsLifetime.TotalSeconds);
        foreach (SwarmShard shard in _shards)
        {
            bool isCrowded = Swarms >= _options.MaxSwarms * EmptyShare;
            for (int page = 0; page < shard.Entries.Numbers; page += EntryTable.PageEntries)
            {
                // The lock is given up after each page, so that announces wait for some microseconds only.
                (int swarms, int rows) removed = sweeper.SweepPage(shard, page, isCrowded);
                Interlocked.Add(ref _swarms, -removed.swarms);
                Interlocked.Add(ref _rows, -removed.rows);
            }
        }
        _lan.Sweep(now);
    }

    /// <summary>Notes swarms and rows that were put into the shards directly, with ages that are right now.</summary>
    public void AddLoaded(long swarms, long rows, TimeSpan now)
    {
        _swept = now;
        Interlocked.Add(ref _swarms, swarms);
        Interlocked.Add(ref _rows, rows);
    }

    /// <summary>The shard of a torrent and its keyed hash.</summary>
    public SwarmShard ShardOf(InfoHash hash, out ulong code) => ShardOf(code = _hasher.Of(hash));

    /// <summary>What a row notes as the time at which its peer was heard of.</summary>
    public byte TickOf(TimeSpan now) => (byte)(now.Ticks / _tick.Ticks);

    private SwarmShard ShardOf(ulong code) => _shards[(int)(code >> 64 - ShardBits)];

    private int AddEntry(SwarmShard shard, InfoHash hash, ulong code)
    {
        Interlocked.Increment(ref _swarms);
        return shard.Entries.Add(hash, code);
    }

    private StoreAnswer Announce(SwarmShard shard, int number, in SwarmAnnounce announce, TimeSpan now,
        Span<byte> peers4, Span<byte> peers6)
    {
        var swarm = new SwarmCursor(shard, number);
        SwarmCounts before = swarm.Counts;
        bool isV4 = announce.Address.IsV4;
        var status = StoreStatus.Stored;
        var editor = new SwarmEditor(_options, _budget, TickOf(now));
        int self = isV4
            ? editor.Update4(ref swarm, announce, now, _rows, ref status)
            : editor.Update6(ref swarm, announce, now, _rows, ref status);
        bool isStop = announce.Event == AnnounceEvent.Stopped;
        if (announce.Address.Scope != AddressScope.Global && self >= 0) swarm.Entry.HasLocal = true;
        if (!announce.LanAddress.IsNone && self >= 0) swarm.Entry.HasLan |= _lan.Note(announce, now);
        if (!announce.LanAddress.IsNone && isStop) _lan.Forget(announce);
        var answer = new StoreAnswer(status, swarm.Counts.Complete, swarm.Counts.Incomplete, swarm.Entry.Downloads,
            0, 0);
        if (!isStop && announce.Wanted > 0 && status != StoreStatus.NetworkFull)
            answer = Choose(shard, ref swarm, announce, self, peers4, peers6, answer);
        swarm.Close();
        if (before.Rows == swarm.Counts.Rows && before.Complete == swarm.Counts.Complete
            && before.Paired == swarm.Counts.Paired)
        {
            if (swarm.Counts.Rows == 0) Vacate(shard, number, now);
            return answer;
        }
        shard.Account(before, swarm.Counts);
        Interlocked.Add(ref _rows, swarm.Counts.Rows - before.Rows);
        if (swarm.Counts.Rows == 0) Vacate(shard, number, now);
        return answer;
    }

    /// <summary>Keeps the download count of a swarm whose last peer has left, or drops the swarm.</summary>
    private void Vacate(SwarmShard shard, int number, TimeSpan now)
    {
        ref SwarmEntry entry = ref shard.Entries[number];
        entry.HasLocal = entry.HasLan = false;
        entry.EmptySince = (uint)now.TotalSeconds;
        if (entry.Downloads > 0 && Swarms < _options.MaxSwarms * EmptyShare) return;
        shard.Entries.Remove(number);
        Interlocked.Decrement(ref _swarms);
    }

    private StoreAnswer Choose(SwarmShard shard, ref SwarmCursor swarm, in SwarmAnnounce announce, int self,
        Span<byte> peers4, Span<byte> peers6, StoreAnswer answer)
    {
        bool isV4 = announce.Address.IsV4;
        int lan = swarm.Entry.HasLan ? _lan.Pick(announce, peers4) : 0;
        peers4 = peers4[lan..];
        int wanted = announce.Wanted - lan / RowLayout4.WireLength;
        int room4 = Math.Min(peers4.Length / RowLayout4.WireLength, wanted);
        int room6 = Math.Min(peers6.Length / RowLayout6.WireLength, wanted);
        if (room4 > 0 && room6 > 0) Share(wanted, isV4, swarm.Counts, ref room4, ref room6);
        // Addresses of this machine mean something on it only, those of a site only there.
        AddressScope reach = swarm.Entry.HasLocal && announce.Address.Scope is not AddressScope.Loopback and var scope
            ? scope : AddressScope.Unusable;
        bool leechesOnly = announce.WantsLeechesOnly;
        return answer with
        {
            Bytes4 = lan + PeerPicker.Pick(swarm.V4, peers4, room4, isV4 ? self : -1, leechesOnly, reach,
                ref shard.Dice),
            Bytes6 = PeerPicker.Pick(swarm.V6, peers6, room6, isV4 ? -1 : self, leechesOnly, reach, ref shard.Dice),
        };
    }

    private StoreStatus MayAdd(HostAddress address, TimeSpan now) =>
        Swarms >= Math.Min(_options.MaxSwarms, (long)Shards * EntryTable.MaxEntries)
            || Interlocked.Read(ref _rows) >= _options.MaxPeers ? StoreStatus.StoreFull
        : address.Scope == AddressScope.Global && !_budget.TryTake(address, now) ? StoreStatus.NetworkFull
        : StoreStatus.Stored;

    /// <summary>
    /// Divides the peers wanted between the families: most for the announcer's own, which it can surely reach, and a
    /// quarter for the other, which it may.
    /// </summary>
    private static void Share(int wanted, bool isV4, in SwarmCounts counts, ref int room4, ref int room6)
    {
        const int OtherShare = 4;
        ref int own = ref isV4 ? ref room4 : ref room6;
        ref int other = ref isV4 ? ref room6 : ref room4;
        int ownAvailable = isV4 ? counts.Count4 : counts.Count6;
        int otherAvailable = isV4 ? counts.Count6 : counts.Count4;
        int forOther = Math.Max(wanted / OtherShare, wanted - ownAvailable);
        other = Math.Min(other, Math.Min(otherAvailable, forOther));
        own = Math.Min(own, wanted - other);
    }
}
