using System.Collections.Concurrent;

namespace Shoal.Tracker.Http;

/// <summary>
/// The connections on their short way, so that the idle ones can be closed: the web server watches only those that it
/// reads itself. One look over all of them now and then costs less than a timer for each.
/// </summary>
internal sealed class ConnectionRoster(TimeProvider time, TimeSpan idleLimit)
{
    private readonly ConcurrentDictionary<AnnounceConnection, bool> _connections = new();

    /// <summary>Connections that are here now.</summary>
    public int Count => _connections.Count;

    public void Add(AnnounceConnection connection) => _connections.TryAdd(connection, true);

    public void Remove(AnnounceConnection connection) => _connections.TryRemove(connection, out _);

    /// <summary>Closes the connections that have been idle for too long.</summary>
    public void CloseIdle()
    {
        foreach ((AnnounceConnection connection, _) in _connections)
            if (time.GetElapsedTime(connection.ActiveAt) > idleLimit)
                connection.Abort();
    }
}
