using System.Net;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// A tracker's answer to an announce, with everything in it brought within limits
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>, 7, 15, 23, 24, 31).
/// </summary>
public sealed record AnnounceReply
{
    /// <summary>The shortest interval that is believed: a tracker cannot make its clients flood it.</summary>
    public static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(60);

    /// <summary>The longest interval that is believed: a tracker cannot make itself forgotten.</summary>
    public static readonly TimeSpan MaximumInterval = TimeSpan.FromDays(1);

    /// <summary>What a tracker that names no interval is taken to mean; libtorrent's value.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(30);

    /// <summary>
    /// The shortest time between announces out of turn, whatever `min interval` says; also meant when it is missing.
    /// libtorrent's value.
    /// </summary>
    public static readonly TimeSpan MinimumMinInterval = TimeSpan.FromSeconds(30);

    /// <summary>Peers taken from one reply at the most; libtorrent keeps 3000 per torrent.</summary>
    public const int MaxPeers = 3000;

    /// <summary>Why the tracker refused, made safe for display; null when it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>When a refusing tracker wants to be asked again (BEP 31); null when it does not say.</summary>
    public TimeSpan? RetryIn { get; init; }

    /// <summary>True when a refusing tracker never wants to be asked again (BEP 31).</summary>
    public bool IsFinal { get; init; }

    /// <summary>A remark beside a good answer, made safe for display; null when there is none.</summary>
    public string? Warning { get; init; }

    /// <summary>Time until the next regular announce, within the limits above.</summary>
    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>Time before which no announce out of turn is welcome, within the limits above.</summary>
    public TimeSpan MinInterval { get; init; } = MinimumMinInterval;

    /// <summary>To be sent back in later announces, byte for character (Latin-1); null when there is none.</summary>
    public string? TrackerId { get; init; }

    /// <summary>Peers that have everything; null when the tracker does not tell.</summary>
    public int? Complete { get; init; }

    /// <summary>Peers that do not have everything; null when the tracker does not tell.</summary>
    public int? Incomplete { get; init; }

    /// <summary>How often the torrent was downloaded; null when the tracker does not tell.</summary>
    public int? Downloaded { get; init; }

    /// <summary>The address that the tracker saw us at (BEP 24); null when it does not tell.</summary>
    public IPAddress? ExternalAddress { get; init; }

    /// <summary>
    /// The peers: port 0 left out, at most <see cref="MaxPeers"/>, not yet judged by any address policy.
    /// </summary>
    public IReadOnlyList<IPEndPoint> Peers { get; init; } = [];

    /// <summary>Brings an interval in seconds from outside within limits; null gives the default.</summary>
    internal static TimeSpan ClampInterval(long? seconds) => seconds is not { } value
        ? DefaultInterval
        : Clamp(value, MinimumInterval);

    /// <summary>Brings a minimum interval in seconds from outside within limits; null gives the least.</summary>
    internal static TimeSpan ClampMinInterval(long? seconds) => Clamp(seconds ?? 0, MinimumMinInterval);

    private static TimeSpan Clamp(long seconds, TimeSpan least) =>
        TimeSpan.FromSeconds(Math.Clamp(seconds, (long)least.TotalSeconds, (long)MaximumInterval.TotalSeconds));
}
