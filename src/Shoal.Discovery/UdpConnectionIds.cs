using System.Net;

namespace Shoal.Discovery;

/// <summary>
/// The connection ids that trackers gave. A client uses one for a minute
/// (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>), and many torrents share a tracker.
/// </summary>
internal sealed class UdpConnectionIds(TimeProvider time)
{
    /// <summary>
    /// Trackers remembered at the most, five times those of one torrent (<see cref="AnnounceSchedule.MaxTrackers"/>);
    /// past that the cache begins anew, which costs one round trip each.
    /// </summary>
    private const int MaxEntries = 1000;

    // BEP 15: a client uses an id for a minute.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, (ulong Id, long At)> _ids = [];

    public bool TryGet(IPEndPoint tracker, out ulong id)
    {
        lock (_lock)
        {
            bool valid = _ids.TryGetValue(tracker, out (ulong Id, long At) entry)
                && time.GetElapsedTime(entry.At) < Lifetime;
            id = entry.Id;
            return valid;
        }
    }

    public void Set(IPEndPoint tracker, ulong id)
    {
        lock (_lock)
        {
            if (_ids.Count >= MaxEntries) _ids.Clear();
            _ids[tracker] = (id, time.GetTimestamp());
        }
    }

    public void Forget(IPEndPoint tracker)
    {
        lock (_lock) _ids.Remove(tracker);
    }
}
