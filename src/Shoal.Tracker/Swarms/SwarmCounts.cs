namespace Shoal.Tracker.Swarms;

/// <summary>How many of what are in one swarm. It stands at the head of a swarm's block.</summary>
internal struct SwarmCounts
{
#pragma warning disable CA1051 // Rows are counted in place, by reference.
    /// <summary>IPv4 rows.</summary>
    public int Count4;

    /// <summary>Those of them that have everything; they stand first.</summary>
    public int Seeds4;

    /// <summary>IPv6 rows.</summary>
    public int Count6;

    /// <summary>Those of them that have everything; they stand first.</summary>
    public int Seeds6;

    /// <summary>IPv6 rows of peers that have an IPv4 row too.</summary>
    public int Paired;

    /// <summary>Those of them that have everything.</summary>
    public int PairedSeeds;

    /// <summary>Peers that have all they want but not everything; a peer with two rows once.</summary>
    public int Partial;
#pragma warning restore CA1051

    /// <summary>Rows of both families.</summary>
    public readonly int Rows => Count4 + Count6;

    /// <summary>Peers that have everything, each once.</summary>
    public readonly int Complete => Seeds4 + Seeds6 - PairedSeeds;

    /// <summary>Peers that do not, each once.</summary>
    public readonly int Incomplete => Rows - Paired - Complete;

    /// <summary>Peers that download, which partial seeds do not (BEP 21).</summary>
    public readonly int Downloaders => Math.Max(0, Incomplete - Partial);
}
