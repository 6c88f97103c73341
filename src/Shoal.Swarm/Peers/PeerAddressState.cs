namespace Shoal.Swarm.Peers;

/// <summary>Where a known address stands.</summary>
/// <remarks>
/// <code>
///                handed out               connection stands
///   Idle ----------------------> Dialling ------------------> Connected
///     ^ '------------------------- it connects to us -----------^  |
///     '----------- failed ----------'----------- closed -----------'         any --- ban ---> Banned, for good
/// </code>
/// </remarks>
internal enum PeerAddressState : byte
{
    /// <summary>Not connected; may be dialled when its time comes.</summary>
    Idle,

    /// <summary>Handed out to be dialled.</summary>
    Dialling,

    /// <summary>Connected, whoever dialled.</summary>
    Connected,

    /// <summary>Never again; its whole IP address is.</summary>
    Banned,
}
