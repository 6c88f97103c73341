using Microsoft.Extensions.Logging;

namespace Shoal.Tracker;

/// <summary>
/// What a tracker logs, with event ids from 3000 to 3999. Keys and whole URLs are in none of it, and nothing of it is
/// per request.
/// </summary>
internal sealed partial class TrackerLog(ILogger logger)
{
    [LoggerMessage(3001, LogLevel.Information,
        "The tracker listens on port {Port} ({Mode}, HTTP {Http}, UDP {Udp} with {Threads} threads).")]
    public partial void Started(int port, TrackerMode mode, bool http, bool udp, int threads);

    [LoggerMessage(3002, LogLevel.Information, "The tracker on port {Port} has stopped.")]
    public partial void Stopped(int port);

    [LoggerMessage(3003, LogLevel.Error, "A batch of datagrams was lost to a fault of the tracker.")]
    public partial void UdpTurnFailed(Exception error);

    [LoggerMessage(3004, LogLevel.Error, "A request was lost to a fault of the tracker.")]
    public partial void HttpRequestFailed(Exception error);

    [LoggerMessage(3005, LogLevel.Information,
        "Loaded {Swarms} swarms with {Peers} peers in {Seconds:F2} s from {Path}.")]
    public partial void SnapshotLoaded(long swarms, long peers, double seconds, string path);

    [LoggerMessage(3006, LogLevel.Warning, "The snapshot {Path} is of no use: {Reason}")]
    public partial void SnapshotRefused(string path, string reason);

    [LoggerMessage(3007, LogLevel.Debug, "Wrote {Swarms} swarms with {Peers} peers in {Seconds:F2} s to {Path}.")]
    public partial void SnapshotWritten(long swarms, long peers, double seconds, string path);

    [LoggerMessage(3008, LogLevel.Warning, "The snapshot could not be written: {Reason}")]
    public partial void SnapshotNotWritten(string reason);

    [LoggerMessage(3009, LogLevel.Warning, "A file that has changed could not be read again: {Reason}")]
    public partial void FileNotRead(string reason);

    [LoggerMessage(3011, LogLevel.Warning,
        "Redis cannot be reached; until it can, answers hold what this node knows by itself.")]
    public partial void RedisAway();

    [LoggerMessage(3012, LogLevel.Warning, "Redis is back after {Seconds:F1} s, and was told of {Peers} peers.")]
    public partial void RedisBack(double seconds, long peers);

    [LoggerMessage(3010, LogLevel.Error, "The upkeep of the tracker failed and goes on at its next turn.")]
    public partial void UpkeepFailed(Exception error);

    [LoggerMessage(3050, LogLevel.Information, "The catalogue {Path} has {Files} files.")]
    public partial void CatalogueOpened(int files, string path);

    [LoggerMessage(3051, LogLevel.Warning, "The catalogue could not be read or written: {Reason}")]
    public partial void CatalogueFailed(string reason);
}
