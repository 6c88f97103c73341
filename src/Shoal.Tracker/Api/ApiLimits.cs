using Shoal.Protocol.Torrents;

namespace Shoal.Tracker.Api;

/// <summary>Sizes of requests to the API.</summary>
internal static class ApiLimits
{
    /// <summary>
    /// Bytes of JSON in a request: five hundred files with all that can be said of them, or two million chunks in
    /// separate ranges. A choice of ours.
    /// </summary>
    public const int MaxJsonBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of a .torrent in a request.</summary>
    public const int MaxTorrentBytes = TorrentLimits.MaxMetainfoBytes;

    /// <summary>Bodies being read at a time: with the largest of them, what strangers can make us hold.</summary>
    public const int MaxBodies = 8;

    /// <summary>Time for a whole body.</summary>
    public static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(60);
}
