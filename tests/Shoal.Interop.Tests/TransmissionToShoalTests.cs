namespace Shoal.Interop.Tests;

/// <summary>As <see cref="OthersToShoalTests"/>, side by side with them because it mostly waits.</summary>
public sealed class TransmissionToShoalTests
{
    [Theory]
    [MemberData(nameof(TransferCase.Slow), true, MemberType = typeof(TransferCase))]
    public Task Shoal_gets_from_transmission(TransferCase test) => Transfer.ToShoalAsync(test);
}
