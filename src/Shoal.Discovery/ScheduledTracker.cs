using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>What a schedule remembers about one of its trackers. The schedule owns and changes it.</summary>
internal sealed class ScheduledTracker(TrackerSource source)
{
    public TrackerSource Source { get; } = source;

    /// <summary>No announce before this time, because the last ones failed.</summary>
    public TimeSpan BackoffUntil { get; set; } = TimeSpan.MinValue;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>True when the tracker has said that it never wants to be asked again.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>True from the first answer on: the tracker lists us.</summary>
    public bool KnowsUs { get; set; }

    /// <summary>True when the tracker has heard that the download is complete.</summary>
    public bool KnowsCompletion { get; set; }

    /// <summary>True when the event paused made it fail; it gets plain announces instead.</summary>
    public bool RefusesPaused { get; set; }

    /// <summary>To be sent back to the tracker; null when it gave nothing.</summary>
    public string? TrackerId { get; set; }

    /// <summary>What to tell it next.</summary>
    public AnnounceEvent NextEvent(bool isComplete, bool isPartialSeed) =>
        !KnowsUs ? AnnounceEvent.Started
        : isComplete && !KnowsCompletion ? AnnounceEvent.Completed
        : isPartialSeed && !RefusesPaused ? AnnounceEvent.Paused
        : AnnounceEvent.None;
}
