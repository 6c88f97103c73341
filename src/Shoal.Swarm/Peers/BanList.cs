namespace Shoal.Swarm.Peers;

/// <summary>
/// What is banned, up to a number: then the oldest ban ends for a new one, as an attacker with many names must not fill
/// our memory with them.
/// </summary>
/// <typeparam name="T">What names who is banned.</typeparam>
/// <param name="capacity">Most bans at a time.</param>
internal sealed class BanList<T>(int capacity)
{
    private readonly HashSet<T> _banned = [];
    private readonly Queue<T> _byAge = new();

    /// <summary>All that is banned, in no order.</summary>
    public IReadOnlyCollection<T> Items => _banned;

    /// <summary>True while it is banned.</summary>
    public bool Contains(T item) => _banned.Contains(item);

    /// <summary>Bans; false when it was banned already.</summary>
    public bool Add(T item)
    {
        if (!_banned.Add(item)) return false;
        _byAge.Enqueue(item);
        if (_byAge.Count > capacity) _banned.Remove(_byAge.Dequeue());
        return true;
    }
}
