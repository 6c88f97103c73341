using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>What came of a fetch over HTTP.</summary>
/// <param name="Body">
/// The body, of whatever status; null when there is none because of <paramref name="Error"/>.
/// </param>
/// <param name="Status">The status code; 0 when there was no answer.</param>
/// <param name="Scope">Scope of the address that answered.</param>
/// <param name="Error">One sentence that says why there is no body; null when there is one.</param>
internal sealed record HttpFetched(byte[]? Body, int Status, AddressScope Scope, string? Error)
{
    public static HttpFetched Failed(string error) => new(null, 0, AddressScope.Unusable, error);
}
