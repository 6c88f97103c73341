namespace Shoal.Swarm.Metadata;

/// <summary>A part of the metadata that a peer is asked for.</summary>
/// <param name="Peer">The caller's number for the peer.</param>
/// <param name="Part">The number of the part, from 0.</param>
/// <param name="At">When it was asked.</param>
internal readonly record struct MetadataAsk(int Peer, int Part, TimeSpan At);
