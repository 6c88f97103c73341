using System.Collections.Frozen;
using System.Text;
using Shoal.Tracker.Access;
using Shoal.Tracker.Redis;
using StackExchange.Redis;

namespace Shoal.Tracker;

/// <summary>
/// The keys of a private tracker of several nodes. They rest as hashes in Redis, and each node knows all of them: what
/// is made or revoked counts at every node within a second, and while Redis is away the keys are those that were known.
/// Any thread may use it.
/// </summary>
public sealed class SharedKeyRing : IKeyStore, IRedisPart, IAsyncDisposable
{
    /// <summary>Keys at the most; about 200 bytes each.</summary>
    private const int MaxKeys = 1_000_000;

    /// <summary>Seconds for which a key is remembered as revoked, in which all nodes hear of it; a day.</summary>
    private const int GoneSeconds = 86_400;

    /// <summary>What the names in Redis begin with.</summary>
    private const string Base = "sh{k}";

    private readonly RedisScript _script = new("keys", $"local MAX_KEYS, GONE_LIFETIME = {MaxKeys}, {GoneSeconds}\n");
    private readonly IRedisLink _link;
    private readonly bool _ownsLink;
    private volatile FrozenDictionary<Sha256Key, TrackerKey> _keys = FrozenDictionary<Sha256Key, TrackerKey>.Empty;
    private string _version = "";

    private SharedKeyRing(IRedisLink link, bool ownsLink) => (_link, _ownsLink) = (link, ownsLink);

    /// <summary>The keys of a node, which the watch keeps up to date.</summary>
    internal SharedKeyRing(RedisWatch watch)
        : this(watch.Link, ownsLink: false) => watch.Add(this);

    /// <summary>The keys that there are, those past their time too, oldest first.</summary>
    public IReadOnlyList<TrackerKey> Keys => [.. _keys.Values.OrderBy(k => k.Created).ThenBy(k => k.Id)];

    /// <inheritdoc/>
    IReadOnlyList<RedisScript> IRedisPart.Scripts => [_script];

    /// <summary>Opens the keys at a Redis.</summary>
    /// <param name="redis">Host and port, as in <see cref="TrackerOptions.Redis"/>.</param>
    /// <param name="timeout">Time for a request before Redis counts as away.</param>
    /// <exception cref="SharedStoreException">Redis cannot be reached.</exception>
    public static async Task<SharedKeyRing> OpenAsync(string redis, TimeSpan timeout)
    {
        RedisLink link = await RedisLink.OpenAsync(redis, timeout, TimeProvider.System).ConfigureAwait(false);
        var ring = new SharedKeyRing(link, ownsLink: true);
        if (await link.PrepareAsync([ring._script]).ConfigureAwait(false)
            && await ring.RefreshAsync().ConfigureAwait(false))
            return ring;
        await link.DisposeAsync().ConfigureAwait(false);
        throw Away();
    }

    /// <summary>Makes a key, which is told this once.</summary>
    /// <param name="label">Who or what it is for, on one line; cut at <see cref="KeyRing.MaxLabelChars"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="expires">When it ends; null for never.</param>
    /// <returns>The key for the announce URL, and what is kept of it.</returns>
    /// <exception cref="SharedStoreException">Redis is away, or has too many keys.</exception>
    public async ValueTask<(TrackerKey Made, string Key)> CreateAsync(
        string label, DateTimeOffset now, DateTimeOffset? expires)
    {
        (TrackerKey made, Sha256Key hash, string key) = KeyFile.Make(label, now, expires);
        RedisResult result = await RunAsync("put", hash.ToString(), KeyFile.LineOf(made)).ConfigureAwait(false)
            ?? throw Away();
        if ((int)result < 0)
            throw new SharedStoreException($"There are {MaxKeys} keys already; revoke some.", isAway: false);
        await RefreshAsync().ConfigureAwait(false);
        return (made, key);
    }

    /// <summary>Makes a key worthless.</summary>
    /// <param name="idOrKey">The id that <see cref="Keys"/> tells, or the key itself.</param>
    /// <returns>False when there is no such key.</returns>
    /// <exception cref="SharedStoreException">Redis is away.</exception>
    public async ValueTask<bool> RevokeAsync(string idOrKey)
    {
        if (!await RefreshAsync().ConfigureAwait(false)) throw Away();
        var hash = Sha256Key.Of(Encoding.UTF8.GetBytes(idOrKey));
        Sha256Key[] found = [.. _keys.Where(k => k.Value.Id == idOrKey || k.Key.Equals(hash)).Select(k => k.Key)];
        foreach (Sha256Key each in found)
            if (await RunAsync("remove", each.ToString()).ConfigureAwait(false) is null) throw Away();
        await RefreshAsync().ConfigureAwait(false);
        return found.Length > 0;
    }

    /// <summary>Ends the connection, where the ring has one of its own.</summary>
    public ValueTask DisposeAsync() => _ownsLink ? _link.DisposeAsync() : ValueTask.CompletedTask;

    /// <inheritdoc/>
    KeyStatus IKeyStore.Check(ReadOnlySpan<byte> key, DateTimeOffset now) => KeyFile.Check(_keys, key, now);

    /// <inheritdoc/>
    async Task<long> IRedisPart.ComeBackAsync(bool isEmpty)
    {
        if (isEmpty)
            foreach ((Sha256Key hash, TrackerKey key) in _keys)
                if (await RunAsync("add", hash.ToString(), KeyFile.LineOf(key)).ConfigureAwait(false) is null)
                    return -1;
        return await RefreshAsync().ConfigureAwait(false) ? 0 : -1;
    }

    /// <inheritdoc/>
    Task IRedisPart.TurnAsync() => RefreshAsync();

    /// <summary>Reads the keys where they have changed; false when Redis is away.</summary>
    internal async Task<bool> RefreshAsync()
    {
        if (await RunAsync("list", _version).ConfigureAwait(false) is not { } result) return false;
        RedisResult[] parts = (RedisResult[])result!;
        if (parts.Length < 2) return true;
        string[] pairs = Array.ConvertAll((RedisResult[])parts[1]!, CatalogueReading.Text);
        var keys = new Dictionary<Sha256Key, TrackerKey>();
        for (int i = 0; i + 1 < pairs.Length; i += 2)
            if (KeyFile.TryParse($"{pairs[i]} {pairs[i + 1]}", out Sha256Key hash, out TrackerKey? key))
                keys[hash] = key;
        _keys = keys.ToFrozenDictionary();
        _version = CatalogueReading.Text(parts[0]);
        return true;
    }

    private Task<RedisResult?> RunAsync(params RedisValue[] arguments) => _link.RunAsync(_script, Base, arguments);

    private static SharedStoreException Away() =>
        new("Redis does not answer; the keys are as they were.", isAway: true);
}
