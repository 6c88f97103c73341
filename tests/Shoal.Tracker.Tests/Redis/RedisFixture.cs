using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Clients;
using Shoal.Tracker.Redis;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests.Redis;

/// <summary>One Redis for the tests of a class, which keep apart by their info-hashes.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The Redis.</summary>
    public RedisServer Server { get; private set; } = null!;

    /// <summary>A deadline for one test.</summary>
    public static CancellationToken Deadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source.Token;
    }

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync(Deadline());

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A store such as a node has; nobody waits for an answer for as long as its limit.</summary>
    internal async Task<RedisSwarmStore> OpenAsync(TimeSpan? period = null, int maxPeers = 100_000)
    {
        TimeSpan length = period ?? TimeSpan.FromMinutes(30);
        RedisLink link = await RedisLink.OpenAsync(Server.Address, Patience, TimeProvider.System);
        var settings = new RedisSettings(length, length * 1.5, maxPeers, TimeSpan.FromDays(30));
        var mirror = new SwarmStore(new SwarmStoreOptions { MaxPeersPerHost = int.MaxValue }, new Random(1));
        var watch = new RedisWatch(link, new TrackerLog(NullLogger.Instance), TimeProvider.System);
        var store = new RedisSwarmStore(mirror, watch, settings);
        await watch.StartAsync([1]);
        return store;
    }
}
