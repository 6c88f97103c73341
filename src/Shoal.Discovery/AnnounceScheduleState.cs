namespace Shoal.Discovery;

/// <summary>
/// Where an <see cref="AnnounceSchedule"/> stands.
/// <code>
/// Idle       -> Waiting     Start
/// Idle       -> Stopped     Stop
/// Waiting    -> Announcing  TryTake, when the time has come
/// Announcing -> Waiting     Report
/// Announcing -> Exhausted   Report, when every tracker has said "never"
/// Waiting, Announcing, Exhausted -> Stopping   Stop, when some tracker may know us
/// Waiting, Announcing, Exhausted -> Stopped    Stop, when none does
/// Stopping   -> Stopped     Report of the last farewell
/// </code>
/// </summary>
public enum AnnounceScheduleState
{
    /// <summary>Not started yet.</summary>
    Idle = 0,

    /// <summary>Nothing is under way; the next announce is due at a known time.</summary>
    Waiting,

    /// <summary>One announce is under way.</summary>
    Announcing,

    /// <summary>Every tracker has refused for good; only Stop leads on.</summary>
    Exhausted,

    /// <summary>Trackers are being told that we leave.</summary>
    Stopping,

    /// <summary>The end.</summary>
    Stopped,
}
