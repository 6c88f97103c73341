using System.Net;
using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>
/// As <see cref="EncryptionTests"/>, side by side with them because it mostly waits. Transmission calls nobody on
/// loopback: Shoal calls it, with what it wants.
/// </summary>
public sealed class EncryptionToTransmissionTests
{
    [Fact]
    public Task Transmission_gets_under_every_pair_of_policies() => EncryptionMatrix.FromShoalAsync("transmission");

    // On a machine without a network there is no address that it would call, and it is called as above.
    [Fact]
    public Task Transmission_calls_under_every_pair_of_policies() =>
        EncryptionMatrix.ToCallingTransmissionAsync(MachineAddress.Find() ?? IPAddress.Loopback);
}
