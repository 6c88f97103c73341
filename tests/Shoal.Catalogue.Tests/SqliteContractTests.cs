using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

public sealed class SqliteContractTests : CatalogueContractTests
{
    private protected override Task<CatalogueAtHand> OpenAsync(int maxNames = 1000) =>
        Task.FromResult(new CatalogueAtHand(SqliteCatalogue.Open(null, maxNames)));
}
