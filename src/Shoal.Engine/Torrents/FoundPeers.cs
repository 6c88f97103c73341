using System.Net;
using Shoal.Protocol.Addresses;
using Shoal.Swarm.Peers;

namespace Shoal.Engine.Torrents;

/// <summary>Addresses of peers that somebody named.</summary>
/// <param name="EndPoints">Where they listen.</param>
/// <param name="Source">Who named them.</param>
/// <param name="Origin">The same for the address policy.</param>
internal sealed record FoundPeers(IReadOnlyList<IPEndPoint> EndPoints, PeerSources Source, AddressOrigin Origin);
