using Shoal.Protocol;

namespace Shoal.Swarm;

/// <summary>
/// The blocks that one peer was asked for and has not sent, oldest first. Peers answer in order almost always, so the
/// search begins at the oldest and ends there. A ring that grows and is kept: nothing is allocated per request.
/// </summary>
internal sealed class PendingRequests
{
    private BlockSpan[] _ring = new BlockSpan[32];
    private int _head;

    /// <summary>Number of blocks that are awaited.</summary>
    public int Count { get; private set; }

    /// <summary>One of them, 0 being the oldest.</summary>
    public BlockSpan this[int index] => _ring[Wrap(index)];

    /// <summary>Adds a block that is being asked for.</summary>
    public void Add(BlockSpan block)
    {
        if (Count == _ring.Length) Grow();
        _ring[Wrap(Count)] = block;
        Count++;
    }

    /// <summary>Takes a block off the list; false when it is not on it.</summary>
    public bool TryRemove(BlockSpan block)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_ring[Wrap(i)] != block) continue;
            // Those before it move up by one: none in the common case.
            for (int j = i; j > 0; j--) _ring[Wrap(j)] = _ring[Wrap(j - 1)];
            _head = Wrap(1);
            Count--;
            return true;
        }
        return false;
    }

    /// <summary>Takes all off the list.</summary>
    public void Clear() => _head = Count = 0;

    private int Wrap(int index) => (_head + index) & (_ring.Length - 1);

    private void Grow()
    {
        var larger = new BlockSpan[_ring.Length * 2];
        for (int i = 0; i < Count; i++) larger[i] = _ring[Wrap(i)];
        _ring = larger;
        _head = 0;
    }
}
