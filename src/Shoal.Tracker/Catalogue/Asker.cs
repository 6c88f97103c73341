using System.Net;
using Shoal.Protocol.Addresses;

namespace Shoal.Tracker.Catalogue;

/// <summary>Who asks a catalogue, and by what name it knows the tracker.</summary>
/// <param name="Address">Where the request came from; not mapped.</param>
/// <param name="AnnounceUrl">The announce URL as the asker would write it, or null when that is not known.</param>
internal sealed record Asker(IPAddress Address, string? AnnounceUrl)
{
    /// <summary>
    /// True when an endpoint at an address means something to the asker: loopback and link-local ones are for their
    /// neighbours.
    /// </summary>
    public bool MayUse(IPAddress endPoint) => endPoint.Scope() switch
    {
        AddressScope.Loopback => Address.Scope() == AddressScope.Loopback,
        AddressScope.LinkLocal => Address.Scope() != AddressScope.Global,
        AddressScope.Unusable => false,
        _ => true,
    };
}
