using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>
/// Swarms in Redis, which any number of nodes share. Every announce goes to Redis and is answered from there, and is
/// noted in a store in memory besides, which answers while Redis is away.
/// <code>
/// Up ──a request fails──▶ Away ──Redis answers, and knows all that was announced meanwhile──▶ Up
/// </code>
/// </summary>
internal sealed class RedisSwarmStore : ISwarmStore, IAsyncDisposable
{
    /// <summary>How often Redis is tried while it is away.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Turns between two looks at what all swarms hold; 5 s.</summary>
    private const int TurnsPerCount = 10;

    /// <summary>Announces of the backlog that are under way at once.</summary>
    private const int BacklogBatch = 256;

    private readonly IRedisLink _link;
    private readonly TrackerLog _log;
    private readonly byte[] _secret;
    private readonly RedisScript _announce;
    private readonly RedisScript _scrape;
    private readonly RedisScript _totals;
    private readonly Backlog _backlog = new();
    private readonly ITimer _timer;
    private readonly TimeProvider _time;
    private readonly TimeSpan _period;
    private readonly Lock _gate = new();
    private Task _turn = Task.CompletedTask;
    private long _wentAway;
    private int _turns;
    private volatile bool _isUp = true;
    private StoreTotals _sum;
    private long _swarms;

    private RedisSwarmStore(
        SwarmStore mirror, IRedisLink link, RedisSettings settings, byte[] secret, TrackerLog log, TimeProvider time)
    {
        (Mirror, _link, _log, _secret, _time) = (mirror, link, log, secret, time);
        _period = settings.Period;
        _announce = new RedisScript("announce", settings);
        _scrape = new RedisScript("scrape", settings);
        _totals = new RedisScript("totals", settings);
        _timer = time.CreateTimer(_ => BeginTurn(), null, Timeout.InfiniteTimeSpan, Period);
    }

    /// <summary>What this node was told itself.</summary>
    public SwarmStore Mirror { get; }

    /// <summary>False while Redis is away.</summary>
    public bool IsUp => _isUp;

    /// <inheritdoc/>
    public long Swarms => _isUp ? Interlocked.Read(ref _swarms) : Mirror.Swarms;

    /// <inheritdoc/>
    public StoreTotals Totals
    {
        get
        {
            if (!_isUp) return Mirror.Totals;
            lock (_gate) return _sum;
        }
    }

    /// <summary>Opens the store at a Redis that can be reached; it owns the link from then on.</summary>
    /// <param name="mirror">Where announces are noted besides.</param>
    /// <param name="link">The way to Redis.</param>
    /// <param name="settings">The figures of the scripts.</param>
    /// <param name="secret">The secret that all nodes have: its absence tells that Redis has lost everything.</param>
    /// <param name="log">Told when Redis goes and comes.</param>
    /// <param name="time">The clock of its own doings.</param>
    /// <exception cref="IOException">Redis went away at once.</exception>
    public static async Task<RedisSwarmStore> OpenAsync(SwarmStore mirror, IRedisLink link, RedisSettings settings,
        byte[] secret, TrackerLog log, TimeProvider time)
    {
        var store = new RedisSwarmStore(mirror, link, settings, secret, log, time);
        if (await store.PrepareAsync().ConfigureAwait(false))
        {
            store._timer.Change(Period, Period);
            return store;
        }
        await store._timer.DisposeAsync().ConfigureAwait(false);
        throw RedisAgreement.WentAway();
    }

    /// <inheritdoc/>
    public bool TryAnnounce(in SwarmAnnounce announce, TimeSpan now, Span<byte> peers4, Span<byte> peers6,
        out StoreAnswer answer)
    {
        answer = default;
        if (_isUp) return false;
        answer = AnswerAlone(announce, now, peers4, peers6);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreAnswer> AnnounceAsync(
        SwarmAnnounce announce, TimeSpan now, Memory<byte> peers4, Memory<byte> peers6)
    {
        if (!_isUp) return AnswerAlone(announce, now, peers4.Span, peers6.Span);
        Mirror.TryAnnounce(announce with { Wanted = 0 }, now, default, default, out StoreAnswer own);
        if (own.Status is StoreStatus.NetworkFull or StoreStatus.StoreFull) return own;
        RedisValue[] arguments = RedisQuestion.Of(
            announce, own.Status == StoreStatus.Stored, !peers4.IsEmpty, !peers6.IsEmpty);
        RedisResult? result = await _link.RunAsync(_announce, RedisKeys.Swarm(announce.InfoHash), arguments)
            .ConfigureAwait(false);
        if (result is not null) return RedisReply.Read(result, announce, own.Status, peers4.Span, peers6.Span);
        GoAway();
        return AnswerAlone(announce, now, peers4.Span, peers6.Span);
    }

    /// <inheritdoc/>
    public bool TryScrape(Span<ScrapeEntry> entries) => !_isUp && Mirror.TryScrape(entries);

    /// <inheritdoc/>
    public async ValueTask ScrapeAsync(Memory<ScrapeEntry> entries)
    {
        var results = new Task<RedisResult?>[_isUp ? entries.Length : 0];
        for (int i = 0; i < results.Length; i++)
            results[i] = _link.RunAsync(_scrape, RedisKeys.Swarm(entries.Span[i].InfoHash), []);
        for (int i = 0; i < results.Length; i++)
        {
            RedisResult? result = await results[i].ConfigureAwait(false);
            if (result is null) GoAway();
            else entries.Span[i] = Read(result, entries.Span[i]);
        }
        if (!_isUp) Mirror.TryScrape(entries.Span);
    }

    /// <inheritdoc/>
    public void Sweep(TimeSpan now) => Mirror.Sweep(now);

    /// <summary>Ends the store and its connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task turn;
        lock (_gate) turn = _turn;
        await turn.ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
    }

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

    private void GoAway()
    {
        lock (_gate)
        {
            if (!_isUp) return;
            _isUp = false;
            _wentAway = _time.GetTimestamp();
        }
        _log.RedisAway();
    }

    private void BeginTurn()
    {
        lock (_gate)
            if (_turn.IsCompleted) _turn = TurnAsync();
    }

    private async Task TurnAsync()
    {
        await Task.Yield();
        try
        {
            if (!_isUp) await ComeBackAsync().ConfigureAwait(false);
            // One that was about to answer alone when Redis came back leaves its word behind.
            else if (_backlog.Count > 0) await TellAsync(_backlog.TakeAll()).ConfigureAwait(false);
            if (!_isUp || _turns++ % TurnsPerCount != 0) return;
            await CountAsync().ConfigureAwait(false);
            await RedisAgreement.RenewAsync(_link, _period).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _log.UpkeepFailed(e);
        }
    }

    private async Task ComeBackAsync()
    {
        if (!await PrepareAsync().ConfigureAwait(false)) return;
        long told = 0;
        if (await _link.AgreeAsync(RedisKeys.Secret, _secret, null).ConfigureAwait(false) is not { } agreed) return;
        // A Redis that keeps nothing on disk comes back empty: then all that this node knows is told again.
        if (agreed.IsNew && await TellAsync(MirrorWalk.All(Mirror)).ConfigureAwait(false) is var all and >= 0)
            told += all;
        while (_backlog.Count > 0)
        {
            long some = await TellAsync(_backlog.TakeAll()).ConfigureAwait(false);
            if (some < 0) return;
            told += some;
        }
        _isUp = true;
        _log.RedisBack(_time.GetElapsedTime(_wentAway).TotalSeconds, told);
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
                Task<RedisResult?>[] tasks = Array.ConvertAll(batch, a => _link.RunAsync(
                    _announce, RedisKeys.Swarm(a.InfoHash), RedisQuestion.Of(a, true, false, false)));
                foreach (RedisResult? result in await Task.WhenAll(tasks).ConfigureAwait(false))
                    isAway |= result is null;
                told += batch.Length;
            }
            if (isAway) foreach (SwarmAnnounce announce in batch) _backlog.AddOlder(announce);
        }
        return isAway ? -1 : told;
    }

    private Task<bool> PrepareAsync() => _link.PrepareAsync([_announce, _scrape, _totals]);

    private async Task CountAsync()
    {
        StoreTotals sum = default;
        long swarms = 0;
        for (int tag = 0; tag < RedisKeys.Tags; tag++)
        {
            RedisResult? result = await _link.RunAsync(_totals, RedisKeys.Tag(tag), []).ConfigureAwait(false);
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
