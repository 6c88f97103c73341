using System.Net;
using Shoal.Protocol.Catalogues;

namespace Shoal.Engine.Lines;

/// <summary>An endpoint that serves chunks of a file by lines.</summary>
/// <param name="EndPoint">Address and TCP port.</param>
/// <param name="Chunks">The chunks it says to hold.</param>
public sealed record ChunkPeer(IPEndPoint EndPoint, ChunkSet Chunks);
