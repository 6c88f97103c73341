using System.Net;

using Shoal.Protocol;

namespace Shoal.Swarm.Peers;

/// <summary>What blame is kept under; outlives the connection, so that who left can be banned too.</summary>
/// <param name="EndPoint">Where the blocks came from.</param>
/// <param name="PeerId">Who said to send them; what a ban goes by where one address is many peers.</param>
internal readonly record struct PeerName(IPEndPoint EndPoint, PeerId PeerId);
