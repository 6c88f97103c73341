using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

/// <summary>A store, and what has to be ended with it.</summary>
internal sealed record CatalogueAtHand(ICatalogueStore Store, IAsyncDisposable? Behind = null) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (Behind is not null) await Behind.DisposeAsync();
        Store.Dispose();
    }
}
