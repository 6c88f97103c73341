namespace Shoal.Interop.Tests;

/// <summary>As <see cref="ShoalToOthersTests"/>, side by side with them because it mostly waits.</summary>
public sealed class ShoalToTransmissionTests
{
    [Theory]
    [MemberData(nameof(TransferCase.Slow), false, MemberType = typeof(TransferCase))]
    public Task Transmission_gets_from_shoal(TransferCase test) => Transfer.FromShoalAsync(test);
}
