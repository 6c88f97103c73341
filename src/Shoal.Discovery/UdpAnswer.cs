using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>What came of one request to a UDP tracker.</summary>
/// <param name="Datagram">The whole reply; empty when there is none.</param>
/// <param name="Scope">Scope of the address that answered.</param>
/// <param name="Error">One sentence that says why there is no reply; null when there is one.</param>
internal sealed record UdpAnswer(byte[] Datagram, AddressScope Scope, string? Error)
{
    public static UdpAnswer Failed(string error) => new([], AddressScope.Unusable, error);
}
