using System.Net;

namespace Shoal.Swarm.Peers;

/// <summary>What blame is kept under: the address that the blocks came from.</summary>
internal readonly record struct PeerName(IPEndPoint EndPoint);
