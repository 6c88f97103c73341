using Shoal.Protocol.Trackers;

namespace Shoal.TrackerLoad;

/// <summary>One request that is or was under way.</summary>
internal struct UdpSlot
{
    public long SentAt { get; set; }

    /// <summary>Changes with every request of the slot, and is part of its transaction id.</summary>
    public ushort Turn { get; set; }

    public UdpTrackerAction Action { get; set; }

    public bool IsWaiting { get; set; }

    /// <summary>True when the connection id is not good, so that an error or nothing is the right answer.</summary>
    public bool IsStale { get; set; }
}
