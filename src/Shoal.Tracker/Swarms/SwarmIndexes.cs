namespace Shoal.Tracker.Swarms;

/// <summary>The indexes of one large swarm; a family with few rows has none.</summary>
internal sealed class SwarmIndexes
{
    /// <summary>The index of the IPv4 rows, or null.</summary>
    public RowIndex<RowLayout4>? V4 { get; set; }

    /// <summary>The index of the IPv6 rows, or null.</summary>
    public RowIndex<RowLayout6>? V6 { get; set; }
}
