namespace Shoal.Interop.Tests;

/// <summary>As <see cref="EncryptionTests"/>, side by side with them because it mostly waits.</summary>
public sealed class EncryptionFromTransmissionTests
{
    [Fact]
    public Task Shoal_gets_from_transmission_under_every_pair_of_policies() =>
        EncryptionMatrix.ToShoalAsync("transmission");
}
