using System.Collections.Concurrent;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

// What changes the catalogue: Redis where it is there, else the copy, and then Redis is told when it is back.
internal sealed partial class RedisCatalogue
{
    /// <summary>Changes that may wait for Redis; further ones are refused.</summary>
    private const int MaxMissed = 20_000;

    /// <summary>Endpoints or files looked at with one call of the script, for which announces wait.</summary>
    private const int ExpireBatch = 200;

    /// <summary>Time after which it is asked again whether the swarm of a file without endpoint has peers.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);

    private const int NoSuchFile = -2;
    private const int OtherChunks = -1;

    private readonly ConcurrentQueue<MissedChange> _missed = [];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredRegistration>> RegisterAsync(
        IReadOnlyList<Registration> registrations, DateTimeOffset now)
    {
        if (_watch.IsUp && await TellAsync(registrations, now, keepsAge: false).ConfigureAwait(false) is { } results)
        {
            await FreshenAsync().ConfigureAwait(false);
            return [.. registrations.Zip(results, (registration, result) => new StoredRegistration(
                result.Status, result.EndPoints, Find(registration.File.Hash)))];
        }
        Miss([.. registrations.Select(r => r.File.Hash)],
            async () => await TellAsync(registrations, now, keepsAge: false).ConfigureAwait(false) is not null);
        return _copy.Register(registrations, now);
    }

    /// <inheritdoc/>
    public async ValueTask<(RegistrationStatus Status, ChunkSet Chunks)?> AddChunksAsync(
        string hash, CatalogueEndPoint endPoint, DateTimeOffset expires, DateTimeOffset now)
    {
        if (_watch.IsUp)
        {
            await FreshenAsync().ConfigureAwait(false);
            (int code, ChunkSet held) = await TellChunksAsync(hash, endPoint, expires, now).ConfigureAwait(false);
            if (code != OtherChunks)
            {
                await FreshenAsync().ConfigureAwait(false);
                return code == NoSuchFile ? null : ((RegistrationStatus)code, held);
            }
        }
        Miss([hash], async () =>
            (await TellChunksAsync(hash, endPoint, expires, now).ConfigureAwait(false)).Code != OtherChunks);
        return _copy.AddChunks(hash, endPoint, expires, now);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Hash, string Name)>> LeaveAsync(string ip, int port, string? hash)
    {
        string who = CatalogueReading.WhoOf(ip, port);
        if (_watch.IsUp && await RunAsync("leave", who, hash ?? "").ConfigureAwait(false) is { } result)
        {
            await FreshenAsync().ConfigureAwait(false);
            string[] left = Array.ConvertAll((RedisResult[])result!, CatalogueReading.Text);
            return [.. left.Chunk(2).Select(pair => (pair[0], pair[1]))];
        }
        IReadOnlyList<(string Hash, string Name)> alone = _copy.Leave(ip, port, hash);
        Miss([.. alone.Select(l => l.Hash)],
            async () => await RunAsync("leave", who, hash ?? "").ConfigureAwait(false) is not null);
        return alone;
    }

    /// <inheritdoc/>
    public ValueTask<bool> AttachTorrentAsync(Registration registration)
    {
        CatalogueFile file = registration.File;
        return ChangeAsync(file.Hash, () => _copy.AttachTorrent(registration), "attach", file.Hash, file.InfoHash ?? "",
            file.InfoHashV2 ?? "", file.PieceSize, registration.Torrent ?? []);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string hash) => ChangeAsync(hash, () => _copy.Delete(hash), "delete", hash);

    /// <inheritdoc/>
    public async ValueTask<int> ExpireAsync(
        DateTimeOffset now, Func<IReadOnlyList<InfoHash>, ValueTask<IReadOnlySet<InfoHash>>> findPeopled)
    {
        // Alone there is no telling who came to other nodes.
        if (!_watch.IsUp) return 0;
        RedisResult? over;
        do over = await RunAsync("expire", CatalogueReading.Milliseconds(now), ExpireBatch).ConfigureAwait(false);
        while (over is not null && (int)over == ExpireBatch);
        int gone = 0;
        while (over is not null)
        {
            RedisResult? bare = await RunAsync(
                "bare", CatalogueReading.Milliseconds(now - LookAgain), ExpireBatch).ConfigureAwait(false);
            if (bare is null) break;
            string[] files = Array.ConvertAll((RedisResult[])bare!, CatalogueReading.Text);
            if (files.Length == 0) break;
            gone += await JudgeAsync(files, now, findPeopled).ConfigureAwait(false);
            if (files.Length < ExpireBatch * 3) break;
        }
        await FreshenAsync().ConfigureAwait(false);
        return gone;
    }

    private async Task<int> JudgeAsync(string[] files, DateTimeOffset now,
        Func<IReadOnlyList<InfoHash>, ValueTask<IReadOnlySet<InfoHash>>> findPeopled)
    {
        (string Hash, InfoHash[] Swarms)[] bare = [.. files.Chunk(3).Select(f => (f[0], (InfoHash[])
            [.. CatalogueText.SwarmsOf(f[1].Length == 0 ? null : f[1], f[2].Length == 0 ? null : f[2])]))];
        IReadOnlySet<InfoHash> peopled = await findPeopled([.. bare.SelectMany(f => f.Swarms)]).ConfigureAwait(false);
        List<RedisValue> arguments =
        [
            CatalogueReading.Milliseconds(now),
            CatalogueReading.Milliseconds(now - CatalogueLimits.UnsourcedLifetime),
        ];
        foreach ((string hash, InfoHash[] swarms) in bare)
            arguments.AddRange([hash, swarms.Any(peopled.Contains) ? 1 : 0]);
        return await RunAsync("judge", [.. arguments]).ConfigureAwait(false) is { } gone ? (int)gone : 0;
    }

    /// <summary>What Redis makes of registrations, in their order; null when it is away.</summary>
    private async Task<(RegistrationStatus Status, int EndPoints)[]?> TellAsync(
        IReadOnlyList<Registration> registrations, DateTimeOffset now, bool keepsAge)
    {
        long time = CatalogueReading.Milliseconds(now);
        List<RedisValue> arguments = [time, _maxNames, registrations.Count];
        foreach (Registration registration in registrations)
            CatalogueReading.Write(registration, keepsAge, time, arguments);
        RedisResult? result = await RunAsync("register", [.. arguments]).ConfigureAwait(false);
        return result is null ? null : Array.ConvertAll((RedisResult[])result!, each =>
        {
            RedisResult[] parts = (RedisResult[])each!;
            return ((RegistrationStatus)(int)parts[0], (int)parts[1]);
        });
    }

    /// <summary>Adds to what Redis knows of an endpoint; <see cref="OtherChunks"/> when it is away.</summary>
    private async Task<(int Code, ChunkSet Chunks)> TellChunksAsync(
        string hash, CatalogueEndPoint endPoint, DateTimeOffset expires, DateTimeOffset now)
    {
        byte[] held = _copy.EndPointsOf(hash).FirstOrDefault(e => e.Ip == endPoint.Ip && e.Port == endPoint.Port)
            ?.Chunks.ToBytes() ?? [];
        while (true)
        {
            ChunkSet? all = (ChunkSet.FromBytes(held) ?? ChunkSet.Empty).Union(endPoint.Chunks);
            if (all is null) return ((int)RegistrationStatus.TooManyRanges, ChunkSet.Empty);
            RedisResult? result = await RunAsync("chunks", CatalogueReading.Milliseconds(now), hash,
                CatalogueReading.WhoOf(endPoint.Ip, endPoint.Port), held, all.ToBytes(),
                CatalogueReading.Milliseconds(expires)).ConfigureAwait(false);
            if (result is null) return (OtherChunks, ChunkSet.Empty);
            RedisResult[] parts = (RedisResult[])result!;
            int code = (int)parts[0];
            if (code != OtherChunks) return (code, all);
            // Another request of the same endpoint was first.
            held = (byte[])parts[1]!;
        }
    }

    private async ValueTask<bool> ChangeAsync(
        string hash, Func<bool> alone, string function, params RedisValue[] arguments)
    {
        if (_watch.IsUp && await RunAsync(function, arguments).ConfigureAwait(false) is { } result)
        {
            await FreshenAsync().ConfigureAwait(false);
            return (int)result == 1;
        }
        Miss([hash], async () => await RunAsync(function, arguments).ConfigureAwait(false) is not null);
        return alone();
    }

    private void Miss(IReadOnlyList<string> hashes, Func<Task<bool>> tell)
    {
        if (_missed.Count >= MaxMissed)
            throw new SharedStoreException(
                "Redis is away, and as many changes wait for it as there may be.", isAway: true);
        _missed.Enqueue(new MissedChange(hashes, tell));
    }

    /// <summary>Tells what Redis missed, in order; how much it was, or -1 when it went away again.</summary>
    private async Task<long> TellMissedAsync()
    {
        long told = 0;
        HashSet<string> touched = [];
        while (_missed.TryPeek(out MissedChange? change))
        {
            if (!await change.Tell().ConfigureAwait(false)) return -1;
            _missed.TryDequeue(out _);
            touched.UnionWith(change.Hashes);
            told++;
        }
        if (touched.Count > 0 && !await SyncAsync().ConfigureAwait(false)) return -1;
        // Redis may have thought otherwise of what this node did alone.
        foreach (string hash in touched)
            if (!await ReadAgainAsync(hash).ConfigureAwait(false)) return -1;
        return told;
    }

    /// <summary>A change that Redis was not there for.</summary>
    /// <param name="Hashes">The files that it is about.</param>
    /// <param name="Tell">Tells it to Redis; false when that is away.</param>
    private sealed record MissedChange(IReadOnlyList<string> Hashes, Func<Task<bool>> Tell);
}
