namespace Shoal.Lab.Simulation;

/// <summary>Who can dial a simulated peer. Every peer can dial out.</summary>
public enum Reachability
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Peers of its own group: they are behind one router.</summary>
    Site,

    /// <summary>Nobody: a router that lets nothing in.</summary>
    Closed,
}
