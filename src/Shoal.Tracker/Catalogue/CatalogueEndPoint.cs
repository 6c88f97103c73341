using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

/// <summary>An endpoint that registered chunks of a file.</summary>
/// <param name="Ip">Its address as text.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="Chunks">The chunks it holds.</param>
internal sealed record CatalogueEndPoint(string Ip, int Port, ChunkSet Chunks);
