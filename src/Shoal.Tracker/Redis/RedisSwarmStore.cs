using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>
/// Swarms in Redis, which any number of nodes share. Every announce goes to Redis and is answered from there, and is
/// noted in a store in memory besides, which answers while Redis is away.
/// </summary>
internal sealed class RedisSwarmStore : ISwarmStore, IRedisPart, IAsyncDisposable
{
    /// <summary>Turns between two looks at what all swarms hold; 5 s.</summary>
    private const int TurnsPerCount = 10;

    /// <summary>Announces of the backlog that are under way at once.</summary>
    private const int BacklogBatch = 256;

    private readonly RedisWatch _watch;
    private readonly RedisScript _announce;
    private readonly RedisScript _scrape;
    private readonly RedisScript _totals;
    private readonly Backlog _backlog = new();
    private readonly TimeSpan _period;
    private readonly Lock _gate = new();
    private int _turns;
    private StoreTotals _sum;
    private long _swarms;

    /// <summary>A store that is a part of what the watch watches; it has to be made before the watch begins.</summary>
    /// <param name="mirror">Where announces are noted besides.</param>
    /// <param name="watch">Tells whether Redis is there; it ends with the store.</param>
    /// <param name="settings">The figures of the scripts.</param>
    public RedisSwarmStore(SwarmStore mirror, RedisWatch watch, RedisSettings settings)
    {
        (Mirror, _watch, _period) = (mirror, watch, settings.Period);
        _announce = new RedisScript("announce", settings.Head);
        _scrape = new RedisScript("scrape", settings.Head);
        _totals = new RedisScript("totals", settings.Head);
        watch.Add(this);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RedisScript> Scripts => [_announce, _scrape, _totals];

    /// <summary>What this node was told itself.</summary>
    public SwarmStore Mirror { get; }

    /// <summary>False while Redis is away.</summary>
    public bool IsUp => _watch.IsUp;

    /// <inheritdoc/>
    public long Swarms => IsUp ? Interlocked.Read(ref _swarms) : Mirror.Swarms;

    /// <inheritdoc/>
    public StoreTotals Totals
    {
        get
        {
            if (!IsUp) return Mirror.Totals;
            lock (_gate) return _sum;
        }
    }

    /// <inheritdoc/>
    public bool TryAnnounce(in SwarmAnnounce announce, TimeSpan now, Span<byte> peers4, Span<byte> peers6,
        out StoreAnswer answer)
    {
        answer = default;
        if (IsUp) return false;
        answer = AnswerAlone(announce, now, peers4, peers6);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreAnswer> AnnounceAsync(
        SwarmAnnounce announce, TimeSpan now, Memory<byte> peers4, Memory<byte> peers6)
    {
        if (!IsUp) return AnswerAlone(announce, now, peers4.Span, peers6.Span);
        Mirror.TryAnnounce(announce with { Wanted = 0 }, now, default, default, out StoreAnswer own);
        if (own.Status is StoreStatus.NetworkFull or StoreStatus.StoreFull) return own;
        RedisValue[] arguments = RedisQuestion.Of(
            announce, own.Status == StoreStatus.Stored, !peers4.IsEmpty, !peers6.IsEmpty);
        RedisResult? result = await _watch.Link.RunAsync(_announce, RedisKeys.Swarm(announce.InfoHash), arguments)
            .ConfigureAwait(false);
        if (result is not null) return RedisReply.Read(result, announce, own.Status, peers4.Span, peers6.Span);
        _watch.GoAway();
        return AnswerAlone(announce, now, peers4.Span, peers6.Span);
    }

    /// <inheritdoc/>
    public bool TryScrape(Span<ScrapeEntry> entries) => !IsUp && Mirror.TryScrape(entries);

    /// <inheritdoc/>
    public async ValueTask ScrapeAsync(Memory<ScrapeEntry> entries)
    {
        var results = new Task<RedisResult?>[IsUp ? entries.Length : 0];
        for (int i = 0; i < results.Length; i++)
            results[i] = _watch.Link.RunAsync(_scrape, RedisKeys.Swarm(entries.Span[i].InfoHash), []);
        for (int i = 0; i < results.Length; i++)
        {
            RedisResult? result = await results[i].ConfigureAwait(false);
            if (result is null) _watch.GoAway();
            else entries.Span[i] = Read(result, entries.Span[i]);
        }
        if (!IsUp) Mirror.TryScrape(entries.Span);
    }

    /// <inheritdoc/>
    public void Sweep(TimeSpan now) => Mirror.Sweep(now);

    /// <inheritdoc/>
    public async Task<long> ComeBackAsync(bool isEmpty)
    {
        long told = 0;
        if (isEmpty)
        {
            told = await TellAsync(MirrorWalk.All(Mirror)).ConfigureAwait(false);
            if (told < 0) return told;
        }
        while (_backlog.Count > 0)
        {
            long some = await TellAsync(_backlog.TakeAll()).ConfigureAwait(false);
            if (some < 0) return some;
            told += some;
        }
        return told;
    }

    /// <inheritdoc/>
    public async Task TurnAsync()
    {
        // One that was about to answer alone when Redis came back leaves its word behind.
        if (_backlog.Count > 0) await TellAsync(_backlog.TakeAll()).ConfigureAwait(false);
        if (_turns++ % TurnsPerCount != 0) return;
        await CountAsync().ConfigureAwait(false);
        await RedisAgreement.RenewAsync(_watch.Link, _period).ConfigureAwait(false);
    }

    /// <summary>Ends the store, the watch and its connection.</summary>
    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private static ScrapeEntry Read(RedisResult result, in ScrapeEntry entry)
    {
        RedisResult[] parts = (RedisResult[])result!;
        (int seeds, int leeches) = ((int)parts[0], (int)parts[2]);
        return new ScrapeEntry(entry.InfoHash, seeds, (int)parts[1], leeches)
        {
            Downloaders = Math.Max(0, leeches - (int)parts[3]),
        };
    }

    private StoreAnswer AnswerAlone(
        in SwarmAnnounce announce, TimeSpan now, Span<byte> peers4, Span<byte> peers6)
    {
        _backlog.Add(announce);
        Mirror.TryAnnounce(announce, now, peers4, peers6, out StoreAnswer answer);
        return answer.Status == StoreStatus.Stored ? answer with { Status = StoreStatus.Alone } : answer;
    }

    /// <summary>Tells Redis of peers; -1 when it went away, and then they are in the backlog.</summary>
    private async Task<long> TellAsync(IEnumerable<SwarmAnnounce> announces)
    {
        long told = 0;
        bool isAway = false;
        foreach (SwarmAnnounce[] batch in announces.Chunk(BacklogBatch))
        {
            if (!isAway)
            {
                Task<RedisResult?>[] tasks = Array.ConvertAll(batch, a => _watch.Link.RunAsync(
                    _announce, RedisKeys.Swarm(a.InfoHash), RedisQuestion.Of(a, true, false, false)));
                foreach (RedisResult? result in await Task.WhenAll(tasks).ConfigureAwait(false))
                    isAway |= result is null;
                told += batch.Length;
            }
            if (isAway) foreach (SwarmAnnounce announce in batch) _backlog.AddOlder(announce);
        }
        return isAway ? -1 : told;
    }

    private async Task CountAsync()
    {
        StoreTotals sum = default;
        long swarms = 0;
        for (int tag = 0; tag < RedisKeys.Tags; tag++)
        {
            RedisResult? result = await _watch.Link.RunAsync(_totals, RedisKeys.Tag(tag), []).ConfigureAwait(false);
            if (result is null) return;
            long[] n = Array.ConvertAll((RedisResult[])result!, r => (long)r);
            sum.Rows4 += n[0] + n[1] + n[2] + n[3];
            sum.Rows6 += n[4] + n[5];
            sum.Complete += n[0] + n[4];
            sum.Incomplete += n[1] + n[5];
            swarms += n[6];
        }
        lock (_gate) _sum = sum;
        Interlocked.Exchange(ref _swarms, swarms);
    }
}
