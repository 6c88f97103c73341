namespace Shoal.Interop.Tests;

/// <summary>Another client has it, libtorrent has made the torrent, Shoal gets it.</summary>
public sealed class OthersToShoalTests
{
    [Theory]
    [MemberData(nameof(TransferCase.Quick), true, MemberType = typeof(TransferCase))]
    public Task Shoal_gets_from_another_client(TransferCase test) => Transfer.ToShoalAsync(test);
}
