using Shoal.Protocol.Catalogues;

namespace Shoal.Engine.Lines;

/// <summary>
/// Which chunk is fetched next from whom: the rarest first, equals in an order of chance, each by one worker at a time.
/// Not safe for threads.
/// </summary>
internal sealed class ChunkOrder
{
    private readonly int[] _order;
    private readonly bool[] _isTaken;
    private readonly List<int> _returned = [];
    private readonly Dictionary<ChunkPeer, int> _cursors = [];
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
        _isTaken = new bool[end];
        int[] holders = new int[end];
        foreach (ChunkPeer peer in peers)
        {
            _cursors[peer] = 0;
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
        for (int i = 0; i < _returned.Count; i++)
        {
            chunk = _returned[i];
            if (!peer.Chunks.Contains(chunk)) continue;
            _returned.RemoveAt(i);
            return true;
        }
        for (int at = _cursors[peer]; at < _order.Length; at++)
        {
            chunk = _order[at];
            if (_isTaken[chunk] || !peer.Chunks.Contains(chunk)) continue;
            _isTaken[chunk] = true;
            _cursors[peer] = at + 1;
            return true;
        }
        _cursors[peer] = _order.Length;
        chunk = -1;
        return false;
    }

    /// <summary>The chunk did not come; another may bring it.</summary>
    public void Return(int chunk) => _returned.Add(chunk);

    /// <summary>The chunk has arrived.</summary>
    public void Arrived() => _left--;
}
