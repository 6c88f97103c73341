using System.Net;
using System.Net.Sockets;
using Shoal.Protocol.Addresses;

namespace Shoal.Swarm.Peers;

/// <summary>
/// Where peers see us, as far as is known: those on the internet see another address than those beside us, and each
/// family has its own. Owned by the torrent's brain.
/// </summary>
internal sealed class OwnAddresses
{
    private readonly Dictionary<(AddressFamily Family, AddressScope Scope), IPAddress> _known = [];

    /// <summary>Notes an address of ours; false when it was known.</summary>
    public bool Set(IPAddress address)
    {
        address = address.Normalised();
        AddressScope scope = address.Scope();
        if (scope == AddressScope.Unusable || Equals(_known.GetValueOrDefault((address.AddressFamily, scope)), address))
            return false;
        _known[(address.AddressFamily, scope)] = address;
        return true;
    }

    /// <summary>What a peer sees of us; null when it is not known.</summary>
    public IPAddress? SeenBy(IPAddress peer)
    {
        peer = peer.Normalised();
        return _known.GetValueOrDefault((peer.AddressFamily, peer.Scope()));
    }
}
