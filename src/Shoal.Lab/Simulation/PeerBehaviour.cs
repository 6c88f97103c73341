namespace Shoal.Lab.Simulation;

/// <summary>What a simulated peer is like.</summary>
public enum PeerBehaviour
{
    /// <summary>As the program is.</summary>
    Honest,

    /// <summary>Takes and never gives: it unchokes nobody.</summary>
    FreeRider,

    /// <summary>Says that it has everything and rejects what it is asked for and has not.</summary>
    Braggart,

    /// <summary>Spoils one in a few of the blocks that it sends.</summary>
    Poisoner,

    /// <summary>Unchokes, takes requests and never answers them.</summary>
    Staller,

    /// <summary>Sends what no specification knows: floods, nonsense, blocks that nobody asked for.</summary>
    Flooder,
}
