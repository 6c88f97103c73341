using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>What every test here stands on: the other clients are installed.</summary>
public sealed class InteropFixture
{
    public InteropFixture() => ClientPackages.NeedForTests();
}
