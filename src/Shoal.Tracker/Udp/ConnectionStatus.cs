namespace Shoal.Tracker.Udp;

/// <summary>What a connection id is worth.</summary>
internal enum ConnectionStatus
{
    /// <summary>It was given to this address not long ago.</summary>
    Valid = 0,

    /// <summary>It was given to this address, but too long ago.</summary>
    Expired,

    /// <summary>It was never given to this address, or with another secret.</summary>
    Forged,
}
