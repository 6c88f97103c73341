using Shoal.Protocol;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Redis;

/// <summary>
/// What peers announced while Redis was away, the last word of each, to be told when it is back. Any thread may use it.
/// </summary>
internal sealed class Backlog
{
    /// <summary>
    /// Peers at the most, some 30 MB. Those beyond are told by their next announce, an interval later at the latest.
    /// </summary>
    public const int Limit = 200_000;

    private readonly Lock _gate = new();
    private Dictionary<(InfoHash, HostAddress, ushort), SwarmAnnounce> _waiting = [];

    /// <summary>Peers that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Notes the last word of a peer.</summary>
    public void Add(in SwarmAnnounce announce)
    {
        var peer = (announce.InfoHash, announce.Address, announce.Port);
        lock (_gate)
            if (_waiting.Count < Limit || _waiting.ContainsKey(peer))
                _waiting[peer] = announce with { Wanted = 0 };
    }

    /// <summary>Puts back what was taken out, unless the peer has announced since.</summary>
    public void AddOlder(in SwarmAnnounce announce)
    {
        lock (_gate)
            if (_waiting.Count < Limit)
                _waiting.TryAdd((announce.InfoHash, announce.Address, announce.Port), announce);
    }

    /// <summary>Takes everything out.</summary>
    public IReadOnlyCollection<SwarmAnnounce> TakeAll()
    {
        lock (_gate)
        {
            Dictionary<(InfoHash, HostAddress, ushort), SwarmAnnounce> all = _waiting;
            _waiting = [];
            return all.Values;
        }
    }
}
