using System.Security.Cryptography;

namespace Shoal.Tracker.Redis;

/// <summary>
/// Whether Redis is there, for all parts that keep something in it: one of them finds out that it is not, and all do
/// without it until each has told it what it missed.
/// <code>
/// Up ──a request fails──▶ Away ──Redis answers, and knows all that happened meanwhile──▶ Up
/// </code>
/// </summary>
internal sealed class RedisWatch : IAsyncDisposable
{
    /// <summary>How often Redis is tried while it is away, and the parts have their turn while it is not.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private const int EraBytes = 16;

    private readonly TrackerLog _log;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly List<IRedisPart> _parts = [];
    private readonly Lock _gate = new();
    private Task _turn = Task.CompletedTask;
    private byte[] _secret = [];
    private byte[] _era = [];
    private bool _isEmpty;
    private bool _isOver;
    private long _wentAway;
    private volatile bool _isUp = true;

    /// <summary>A watch over a link, which it ends with itself.</summary>
    public RedisWatch(IRedisLink link, TrackerLog log, TimeProvider time)
    {
        (Link, _log, _time) = (link, log, time);
        _timer = time.CreateTimer(_ => BeginTurn(), null, Timeout.InfiniteTimeSpan, Period);
    }

    /// <summary>The way to Redis.</summary>
    public IRedisLink Link { get; }

    /// <summary>False while Redis is away.</summary>
    public bool IsUp => _isUp;

    /// <summary>The time of the calendar, as its clock has it.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Adds a part, before the start.</summary>
    public void Add(IRedisPart part) => _parts.Add(part);

    /// <summary>Begins to watch a Redis that can be reached.</summary>
    /// <param name="secret">The secret that all nodes have, and that Redis is to be told again if it loses it.</param>
    /// <exception cref="SharedStoreException">Redis went away at once.</exception>
    public async Task StartAsync(byte[] secret)
    {
        _secret = secret;
        bool isThere = await PrepareAsync().ConfigureAwait(false);
        // A name for all that Redis knows: when it is another one later, Redis has lost everything between.
        (byte[] Value, bool)? era = isThere ? await AgreeOnEraAsync().ConfigureAwait(false) : null;
        if (era is null) throw RedisAgreement.WentAway();
        _era = era.Value.Value;
        _timer.Change(Period, Period);
    }

    /// <summary>To be called by whoever found out that Redis does not answer.</summary>
    public void GoAway()
    {
        lock (_gate)
        {
            if (!_isUp || _isOver) return;
            _isUp = false;
            _wentAway = _time.GetTimestamp();
        }
        _log.RedisAway();
    }

    /// <summary>Ends the watch and the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task turn;
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
            turn = _turn;
        }
        await turn.ConfigureAwait(false);
        await Link.DisposeAsync().ConfigureAwait(false);
    }

    private void BeginTurn()
    {
        lock (_gate)
            if (_turn.IsCompleted && !_isOver) _turn = TurnAsync();
    }

    private async Task TurnAsync()
    {
        await Task.Yield();
        try
        {
            if (!_isUp) await ComeBackAsync().ConfigureAwait(false);
            foreach (IRedisPart part in _parts)
                if (_isUp) await part.TurnAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _log.UpkeepFailed(e);
        }
    }

    private async Task ComeBackAsync()
    {
        if (!await PrepareAsync().ConfigureAwait(false)) return;
        if (await Link.AgreeAsync(RedisKeys.Secret, _secret, null).ConfigureAwait(false) is null) return;
        if (await AgreeOnEraAsync().ConfigureAwait(false) is not { } era) return;
        // Until all parts have told everything: Redis may go again before that.
        _isEmpty |= !era.Value.AsSpan().SequenceEqual(_era);
        _era = era.Value;
        long told = 0;
        foreach (IRedisPart part in _parts)
        {
            long some = await part.ComeBackAsync(_isEmpty).ConfigureAwait(false);
            if (some < 0) return;
            told += some;
        }
        _isEmpty = false;
        _isUp = true;
        _log.RedisBack(_time.GetElapsedTime(_wentAway).TotalSeconds, told);
    }

    private Task<(byte[] Value, bool IsNew)?> AgreeOnEraAsync() =>
        Link.AgreeAsync(RedisKeys.Era, RandomNumberGenerator.GetBytes(EraBytes), null);

    private Task<bool> PrepareAsync() => Link.PrepareAsync([.. _parts.SelectMany(p => p.Scripts)]);
}
