using Shoal.Protocol;
using Shoal.Tracker.Catalogue;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

// How the copy is kept true.
internal sealed partial class RedisCatalogue
{
    private const string NoCursor = "0";

    private readonly Lock _gate = new();
    private Task<bool> _pull = Task.FromResult(true);
    private Task<bool>? _next;
    private long _known;

    /// <summary>Reads everything, at the start.</summary>
    /// <returns>False when Redis went away.</returns>
    public Task<bool> LoadAsync() => SyncAsync();

    /// <summary>
    /// Brings the copy up to what Redis had when this was called. Whoever comes while a pull is under way waits for the
    /// next one, which all who wait have in common.
    /// </summary>
    private Task<bool> SyncAsync()
    {
        lock (_gate) return _next ??= PullAfterAsync(_pull);
    }

    private async Task<bool> PullAfterAsync(Task<bool> before)
    {
        await Task.Yield();
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _pull = _next!;
            _next = null;
        }
        return await PullAsync().ConfigureAwait(false);
    }

    private async Task<bool> PullAsync()
    {
        while (true)
        {
            RedisResult? result = await RunAsync("changes", _known).ConfigureAwait(false);
            if (result is null) return false;
            RedisResult[] parts = (RedisResult[])result!;
            long last = (long)parts[0];
            if (last == _known) return true;
            // Nothing tells what was between: too much, or Redis knows less than before.
            bool isGap = (long)parts[1] == 1;
            bool isDone = isGap
                ? await ReadAllAsync(last).ConfigureAwait(false)
                : await TakeAsync(parts.AsMemory(2)).ConfigureAwait(false);
            if (!isDone) return false;
            if (isGap) Changed?.Invoke([], true);
        }
    }

    private async Task<bool> TakeAsync(ReadOnlyMemory<RedisResult> changes)
    {
        List<string> torrents = [];
        List<InfoHash> swarms = [];
        bool isLess = false;
        long known = _known;
        _copy.Apply(() =>
        {
            foreach (RedisResult change in changes.Span)
                known = Take((RedisResult[])change!, torrents, swarms, ref isLess);
        });
        foreach (string hash in torrents.Distinct())
            if (!await ReadTorrentAsync(hash).ConfigureAwait(false)) return false;
        _known = known;
        if (isLess || swarms.Count > 0) Changed?.Invoke(swarms, isLess);
        return true;
    }

    private long Take(RedisResult[] change, List<string> torrents, List<InfoHash> swarms, ref bool isLess)
    {
        (string kind, string hash, string who) = (CatalogueReading.Text(change[1]), CatalogueReading.Text(change[2]),
            CatalogueReading.Text(change[3]));
        switch (kind)
        {
            case "d":
                _copy.Remove(hash);
                isLess = true;
                break;
            case "t":
                torrents.Add(hash);
                break;
            case "e" when CatalogueReading.EndPoint(who, (byte[])change[4]!) is { } put:
                _copy.PutEndPoint(hash, put.EndPoint, put.Expires);
                break;
            case "e" when who.LastIndexOf(' ') is > 0 and var blank:
                _copy.RemoveEndPoint(hash, who[..blank], int.Parse(who.AsSpan(blank + 1), null));
                break;
            // One that is gone again has nothing to be told.
            case "f" when ((RedisResult[])change[4]!).Length > 0:
                CatalogueReplica file = CatalogueReading.Replica(change[4]);
                _copy.Put(file);
                swarms.AddRange(CatalogueText.SwarmsOf(file.File.InfoHash, file.File.InfoHashV2));
                break;
        }
        return long.Parse(CatalogueReading.Text(change[0]), null);
    }

    private async Task<bool> ReadAllAsync(long last)
    {
        HashSet<string> there = [];
        string cursor = NoCursor;
        do
        {
            RedisResult? result = await RunAsync("load", cursor).ConfigureAwait(false);
            if (result is null) return false;
            RedisResult[] page = (RedisResult[])result!;
            cursor = CatalogueReading.Text(page[0]);
            CatalogueReplica[] files = Array.ConvertAll(page[1..], CatalogueReading.Replica);
            _copy.Apply(() =>
            {
                foreach (CatalogueReplica file in files) _copy.Put(file);
            });
            foreach (CatalogueReplica file in files)
            {
                there.Add(file.File.Hash);
                if (file.HasTorrent && !await ReadTorrentAsync(file.File.Hash).ConfigureAwait(false)) return false;
            }
        }
        while (cursor != NoCursor);
        _copy.Apply(() =>
        {
            foreach (string hash in _copy.Hashes())
                if (!there.Contains(hash)) _copy.Remove(hash);
        });
        _known = last;
        return true;
    }

    /// <summary>Takes a file over whole, whatever this node had thought of it.</summary>
    private async Task<bool> ReadAgainAsync(string hash)
    {
        RedisResult? result = await RunAsync("read", hash).ConfigureAwait(false);
        if (result is null) return false;
        bool isThere = ((RedisResult[])result!).Length > 0;
        CatalogueReplica? file = isThere ? CatalogueReading.Replica(result) : null;
        _copy.Apply(() =>
        {
            if (file is null) _copy.Remove(hash);
            else _copy.Put(file);
        });
        Changed?.Invoke([], true);
        return file is not { HasTorrent: true } || await ReadTorrentAsync(hash).ConfigureAwait(false);
    }

    private async Task<bool> ReadTorrentAsync(string hash)
    {
        RedisResult? result = await RunAsync("torrent", hash).ConfigureAwait(false);
        if (result is null) return false;
        if (((RedisResult[])result!)[0] is { IsNull: false } bytes)
            _copy.Apply(() => _copy.PutTorrent(hash, (byte[])bytes!));
        return true;
    }
}
