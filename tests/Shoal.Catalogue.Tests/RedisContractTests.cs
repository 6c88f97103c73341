namespace Shoal.Catalogue.Tests;

public sealed class RedisContractTests(RedisNodes redis) : CatalogueContractTests, IClassFixture<RedisNodes>
{
    private protected override async Task<CatalogueAtHand> OpenAsync(int maxNames = 1000)
    {
        await redis.Server.SayAsync("FLUSHALL", RedisNodes.Deadline());
        return (await redis.OpenAsync(maxNames)).AtHand;
    }
}
