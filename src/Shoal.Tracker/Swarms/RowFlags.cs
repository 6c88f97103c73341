namespace Shoal.Tracker.Swarms;

/// <summary>What a row tells about its peer beside address, port and age.</summary>
[Flags]
internal enum RowFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The peer has all it wants but not everything (BEP 21).</summary>
    Partial = 1,

    /// <summary>
    /// The same peer has a row in the other family, which is the one that is counted when this is IPv6.
    /// </summary>
    Paired = 2,
}
