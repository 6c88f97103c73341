namespace Shoal.Tracker.Swarms;

/// <summary>What a store holds.</summary>
internal struct StoreTotals
{
#pragma warning disable CA1051 // Counted in place.
    /// <summary>IPv4 rows.</summary>
    public long Rows4;

    /// <summary>IPv6 rows.</summary>
    public long Rows6;

    /// <summary>Peers that have everything, one with both families once.</summary>
    public long Complete;

    /// <summary>Peers that do not.</summary>
    public long Incomplete;
#pragma warning restore CA1051

    /// <summary>Peers, one with both families once.</summary>
    public readonly long Peers => Complete + Incomplete;
}
