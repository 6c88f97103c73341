namespace Shoal.Interop.Tests;

/// <summary>Shoal has it and makes the torrent, another client gets it.</summary>
public sealed class ShoalToOthersTests
{
    [Theory]
    [MemberData(nameof(TransferCase.Quick), false, MemberType = typeof(TransferCase))]
    public Task Another_client_gets_from_shoal(TransferCase test) => Transfer.FromShoalAsync(test);
}
