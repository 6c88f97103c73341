using System.Net;

namespace Shoal.Engine.Lines;

/// <summary>
/// Which chunk is fetched next from whom: the rarest first, equals in an order of chance, each by one worker at a time;
/// at the end those that are still under way are asked of a second peer too, so that a slow one holds nothing up. Not
/// safe for threads.
/// </summary>
internal sealed class ChunkOrder
{
    private readonly int[] _order;
    private readonly bool[] _isTaken;
    private readonly bool[] _isHere;
    private readonly List<int> _returned = [];
    private readonly Dictionary<int, List<IPEndPoint>> _flying = [];
    private readonly HashSet<(IPEndPoint, int)> _failed = [];
    private readonly Dictionary<IPEndPoint, int> _cursors = [];
    private int _left;

    /// <summary>An order of the chunks that are missing.</summary>
    /// <param name="missing">Numbers of the chunks to fetch, ascending.</param>
    /// <param name="peers">Who holds what.</param>
    /// <param name="random">Orders equals.</param>
    public ChunkOrder(IEnumerable<int> missing, IReadOnlyList<ChunkPeer> peers, Random random)
    {
        _order = [.. missing];
        _left = _order.Length;
        int end = _order.Length == 0 ? 0 : _order[^1] + 1;
        (_isTaken, _isHere) = (new bool[end], new bool[end]);
        int[] holders = new int[end];
        foreach (ChunkPeer peer in peers)
        {
            _cursors[peer.EndPoint] = 0;
            foreach ((int first, int last) in peer.Chunks.Below(end).Ranges)
                for (int chunk = first; chunk < last; chunk++) holders[chunk]++;
        }
        random.Shuffle(_order);
        int[] rarity = Array.ConvertAll(_order, chunk => holders[chunk]);
        Array.Sort(rarity, _order);
    }

    /// <summary>Chunks that have not arrived.</summary>
    public int Left => _left;

    /// <summary>The next chunk for a peer; false when it has none that is wanted now.</summary>
    public bool TryTake(ChunkPeer peer, out int chunk)
    {
        if (!TryTakeReturned(peer, out chunk) && !TryTakeNew(peer, out chunk) && !TryTakeFlying(peer, out chunk))
            return false;
        if (!_flying.TryGetValue(chunk, out List<IPEndPoint>? asked)) _flying[chunk] = asked = [];
        asked.Add(peer.EndPoint);
        return true;
    }

    /// <summary>The chunk did not come from a peer; another may bring it.</summary>
    public void Return(int chunk, ChunkPeer peer)
    {
        _failed.Add((peer.EndPoint, chunk));
        if (Land(chunk, peer) && !_isHere[chunk]) _returned.Add(chunk);
    }

    /// <summary>The chunk has arrived; false when another peer brought it before.</summary>
    public bool Arrived(int chunk, ChunkPeer peer)
    {
        Land(chunk, peer);
        if (_isHere[chunk]) return false;
        _isHere[chunk] = true;
        _returned.Remove(chunk);
        _left--;
        return true;
    }

    /// <summary>Lets every peer be asked again for what it did not bring.</summary>
    public void Forgive() => _failed.Clear();

    private bool TryTakeReturned(ChunkPeer peer, out int chunk)
    {
        for (int i = 0; i < _returned.Count; i++)
        {
            chunk = _returned[i];
            if (!MayAsk(peer, chunk)) continue;
            _returned.RemoveAt(i);
            return true;
        }
        chunk = -1;
        return false;
    }

    private bool TryTakeNew(ChunkPeer peer, out int chunk)
    {
        for (int at = _cursors[peer.EndPoint]; at < _order.Length; at++)
        {
            chunk = _order[at];
            if (_isTaken[chunk] || !peer.Chunks.Contains(chunk)) continue;
            _isTaken[chunk] = true;
            _cursors[peer.EndPoint] = at + 1;
            return true;
        }
        _cursors[peer.EndPoint] = _order.Length;
        chunk = -1;
        return false;
    }

    private bool TryTakeFlying(ChunkPeer peer, out int chunk)
    {
        foreach ((int flying, List<IPEndPoint> asked) in _flying)
        {
            chunk = flying;
            if (asked.Count == 1 && !_isHere[chunk] && !asked.Contains(peer.EndPoint) && MayAsk(peer, chunk))
                return true;
        }
        chunk = -1;
        return false;
    }

    private bool MayAsk(ChunkPeer peer, int chunk) =>
        peer.Chunks.Contains(chunk) && !_failed.Contains((peer.EndPoint, chunk));

    /// <summary>Notes that a peer's turn at a chunk is over; true when nobody else is at it.</summary>
    private bool Land(int chunk, ChunkPeer peer)
    {
        if (!_flying.TryGetValue(chunk, out List<IPEndPoint>? asked)) return true;
        asked.Remove(peer.EndPoint);
        if (asked.Count > 0) return false;
        _flying.Remove(chunk);
        return true;
    }
}
