using System.Text;
using Shoal.Tracker.Access;
using Shoal.Tracker.Api;
using Shoal.Tracker.Redis;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker;

/// <summary>
/// The store of a server and what belongs to it: in memory, or in Redis with a store in memory beside it.
/// </summary>
internal sealed class StoreHost : IAsyncDisposable
{
    /// <summary>A peer may be late by jitter and retries before it is given up.</summary>
    private const double LifetimeFactor = 1.5;

    private StoreHost(SwarmStore memory, ISwarmStore store, TrackerSecret secret) =>
        (Memory, Store, Secret) = (memory, store, secret);

    /// <summary>The catalogue of all nodes; null where this one has its own, or none.</summary>
    public RedisCatalogue? Catalogue { get; private init; }

    /// <summary>The keys of a private tracker that all nodes take; null elsewhere.</summary>
    public SharedKeyRing? Keys { get; private init; }

    /// <summary>The token that all nodes take for changes of it; null where this one has its own.</summary>
    public string? Token { get; private init; }

    /// <summary>What this node was told itself, which goes into snapshots.</summary>
    public SwarmStore Memory { get; }

    /// <summary>What announces are answered from.</summary>
    public ISwarmStore Store { get; }

    /// <summary>The secret of this node, or of all at one Redis.</summary>
    public TrackerSecret Secret { get; }

    /// <summary>Opens what the options ask for.</summary>
    /// <exception cref="IOException">Redis or the data folder cannot be used.</exception>
    public static async Task<StoreHost> OpenAsync(TrackerOptions options, TrackerLog log)
    {
        SwarmStoreOptions limits =
            options.Store ?? new SwarmStoreOptions { PeerLifetime = options.Interval * LifetimeFactor };
        var memory = new SwarmStore(limits, Random.Shared);
        byte[] secret = options.DataFolder is { } folder ? TrackerSecret.OpenBytes(folder) : TrackerSecret.DrawBytes();
        if (options.Redis is null) return new StoreHost(memory, memory, TrackerSecret.Of(secret)!);
        RedisLink link = await RedisLink.OpenAsync(options.Redis, options.RedisTimeout, options.Time)
            .ConfigureAwait(false);
        try
        {
            var settings = new RedisSettings(
                options.Interval, limits.PeerLifetime, limits.MaxPeersPerSwarm, limits.DownloadsLifetime);
            await RedisAgreement.OnPeriodAsync(link, settings.Period).ConfigureAwait(false);
            (secret, _) = await link.AgreeAsync(RedisKeys.Secret, secret, null).ConfigureAwait(false)
                ?? throw RedisAgreement.WentAway();
            TrackerSecret shared = TrackerSecret.Of(secret)
                ?? throw new SharedStoreException(
                    $"What Redis holds as {RedisKeys.Secret} is not the secret of a tracker.", isAway: false);
            return await OpenAsync(options, memory, shared, secret, new RedisWatch(link, log, options.Time), settings)
                .ConfigureAwait(false);
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<StoreHost> OpenAsync(TrackerOptions options, SwarmStore memory, TrackerSecret shared,
        byte[] secret, RedisWatch watch, RedisSettings settings)
    {
        var store = new RedisSwarmStore(memory, watch, settings);
        RedisCatalogue? catalogue =
            options.Catalogue is { } limits ? new RedisCatalogue(watch, limits.MaxFiles) : null;
        SharedKeyRing? keys = options.Mode == TrackerMode.Private ? new SharedKeyRing(watch) : null;
        await watch.StartAsync(secret).ConfigureAwait(false);
        bool isRead = catalogue is null || await catalogue.LoadAsync().ConfigureAwait(false);
        if (!isRead || (keys is not null && !await keys.RefreshAsync().ConfigureAwait(false)))
            throw RedisAgreement.WentAway();
        return new StoreHost(memory, store, shared)
        {
            Catalogue = catalogue,
            Keys = keys,
            Token = catalogue is null ? null : await AgreeOnTokenAsync(options, watch.Link).ConfigureAwait(false),
        };
    }

    /// <summary>Whoever has the token of one node may write at all, also those that were given none.</summary>
    private static async Task<string> AgreeOnTokenAsync(TrackerOptions options, IRedisLink link)
    {
        string mine = options.DataFolder is { } folder ? TokenFile.ReadOrMake(folder) : TokenFile.NewToken();
        (byte[] token, _) = await link.AgreeAsync(RedisKeys.Token, Encoding.UTF8.GetBytes(mine), null)
            .ConfigureAwait(false) ?? throw RedisAgreement.WentAway();
        return Encoding.UTF8.GetString(token);
    }

    /// <summary>Ends the connection to Redis, where there is one.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Store is IAsyncDisposable store) await store.DisposeAsync().ConfigureAwait(false);
    }
}
