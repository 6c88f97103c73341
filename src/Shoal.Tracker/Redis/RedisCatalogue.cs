using Shoal.Protocol;
using Shoal.Tracker.Catalogue;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>
/// A catalogue in Redis, which any number of nodes share. Redis decides what is registered, one step at a time, and
/// numbers what changes; every node has a copy in its own memory, in which it looks for words, pages and endpoints, and
/// which it brings up to the last number before it looks. So a search costs Redis nothing, all nodes find the same, and
/// while Redis is away there is the copy. Writing is in RedisCatalogue.Writing.cs, the copy in RedisCatalogue.Copy.cs.
/// </summary>
internal sealed partial class RedisCatalogue : ICatalogueStore, IRedisPart
{
    private readonly SqliteCatalogue _copy;
    private readonly RedisWatch _watch;
    private readonly RedisScript _script = new("catalogue", CatalogueKeys.Head);
    private readonly int _maxNames;

    /// <summary>A catalogue that is a part of what the watch watches; made before the watch begins.</summary>
    /// <param name="watch">Tells whether Redis is there.</param>
    /// <param name="maxNames">Names of files at the most.</param>
    public RedisCatalogue(RedisWatch watch, int maxNames)
    {
        (_watch, _maxNames) = (watch, maxNames);
        _copy = SqliteCatalogue.Open(null, int.MaxValue);
        watch.Add(this);
    }

    /// <summary>
    /// Called when the torrents of the catalogue may be others, by whichever node: with those that may be new, and true
    /// when some may be gone.
    /// </summary>
    public Action<IReadOnlyList<InfoHash>, bool>? Changed { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<RedisScript> Scripts => [_script];

    /// <inheritdoc/>
    public int Count => _copy.Count;

    /// <inheritdoc/>
    public CatalogueFile? Find(string hash) => _copy.Find(hash);

    /// <inheritdoc/>
    public CatalogueFile? FindByInfoHash(string infoHash) => _copy.FindByInfoHash(infoHash);

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueFile> FindByName(string name) => _copy.FindByName(name);

    /// <inheritdoc/>
    public (IReadOnlyList<CatalogueFile> Files, int Total) Search(FileQuery query) => _copy.Search(query);

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueFile> SearchAll(FileQuery query) => _copy.SearchAll(query);

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueEndPoint> EndPointsOf(string hash) => _copy.EndPointsOf(hash);

    /// <inheritdoc/>
    public byte[]? TorrentOf(string hash) => _copy.TorrentOf(hash);

    /// <inheritdoc/>
    public IReadOnlyList<InfoHash> Swarms() => _copy.Swarms();

    /// <inheritdoc/>
    public async ValueTask FreshenAsync()
    {
        if (_watch.IsUp && !await SyncAsync().ConfigureAwait(false)) _watch.GoAway();
    }

    /// <inheritdoc/>
    public async Task TurnAsync()
    {
        // One that was about to answer alone when Redis came back leaves its word behind.
        if (!_missed.IsEmpty && await TellMissedAsync().ConfigureAwait(false) < 0) _watch.GoAway();
        await FreshenAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<long> ComeBackAsync(bool isEmpty)
    {
        long told = 0;
        if (isEmpty)
        {
            foreach (string hash in _copy.Hashes())
            {
                IReadOnlyList<Registration> all = _copy.RegistrationsOf(hash);
                if (await TellAsync(all, _watch.Now, keepsAge: true).ConfigureAwait(false) is null) return -1;
                told += all.Count;
            }
        }
        long missed = await TellMissedAsync().ConfigureAwait(false);
        if (missed < 0 || !await SyncAsync().ConfigureAwait(false)) return -1;
        return told + missed;
    }

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();

    /// <summary>Runs one function of the script; null when Redis is away, and then the watch knows it.</summary>
    private async Task<RedisResult?> RunAsync(string function, params RedisValue[] arguments)
    {
        RedisResult? result = await _watch.Link
            .RunAsync(_script, CatalogueKeys.Base, [function, .. arguments]).ConfigureAwait(false);
        if (result is null) _watch.GoAway();
        return result;
    }
}
