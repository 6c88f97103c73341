namespace Shoal.Tracker.Access;

/// <summary>What a key is worth.</summary>
internal enum KeyStatus
{
    /// <summary>It was never made, or has been revoked.</summary>
    Unknown = 0,

    /// <summary>It opens the tracker.</summary>
    Valid,

    /// <summary>Its time is over.</summary>
    Expired,
}
