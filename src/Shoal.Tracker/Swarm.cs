namespace Shoal.Tracker;

/// <summary>The peers of one torrent. Its shard owns it.</summary>
internal sealed class Swarm
{
#pragma warning disable CA1051 // Mutable structs have to be fields to be changed in place.
    /// <summary>Peers that announced over IPv4.</summary>
    public PeerRows<PeerRow4> V4;

    /// <summary>Peers that announced over IPv6.</summary>
    public PeerRows<PeerRow6> V6;
#pragma warning restore CA1051

    /// <summary>How often a known leech became a seed.</summary>
    public int Downloaded { get; set; }

    public int Seeds => V4.Seeds + V6.Seeds;

    public int Leeches => V4.Leeches + V6.Leeches;

    public int Peers => V4.Count + V6.Count;
}
