using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Clients;
using Shoal.Tracker;
using Shoal.Tracker.Redis;

namespace Shoal.Catalogue.Tests;

/// <summary>A Redis for the tests of a class, and nodes at it.</summary>
public sealed class RedisNodes : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public RedisServer Server { get; private set; } = null!;

    public static CancellationToken Deadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source.Token;
    }

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync(Deadline());

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>The catalogue of a node; nobody waits for an answer for as long as its limit.</summary>
    internal async Task<Node> OpenAsync(int maxNames = 1000)
    {
        RedisLink link = await RedisLink.OpenAsync(Server.Address, Patience, TimeProvider.System);
        var watch = new RedisWatch(link, new TrackerLog(NullLogger.Instance), TimeProvider.System);
        var catalogue = new RedisCatalogue(watch, maxNames);
        await watch.StartAsync([1]);
        Assert.True(await catalogue.LoadAsync());
        return new Node(watch, catalogue);
    }

    internal sealed record Node(RedisWatch Watch, RedisCatalogue Catalogue) : IAsyncDisposable
    {
        public CatalogueAtHand AtHand => new(Catalogue, Watch);

        public ValueTask DisposeAsync() => AtHand.DisposeAsync();
    }
}
