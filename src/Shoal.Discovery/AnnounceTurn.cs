using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>An announce that a schedule wants made.</summary>
/// <param name="Tracker">Where to.</param>
/// <param name="Event">What to say.</param>
/// <param name="TrackerId">What the tracker gave to be sent back; null when it gave nothing.</param>
public sealed record AnnounceTurn(TrackerSource Tracker, AnnounceEvent Event, string? TrackerId);
