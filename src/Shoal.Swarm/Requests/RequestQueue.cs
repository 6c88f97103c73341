using Shoal.Protocol;

namespace Shoal.Swarm.Requests;

/// <summary>
/// What one peer asked of us and has not got yet, in the order it asked. A ring that grows in steps to the number of
/// requests that we advertise and no further. Owned by the peer's session.
/// </summary>
internal sealed class RequestQueue
{
    /// <summary>Requests we take at once, advertised as reqq (BEP 10); libtorrent's number.</summary>
    public const int DefaultCapacity = 2000;

    private const int FirstSize = 32;

    // Length 0 marks a place whose request was cancelled.
    private BlockSpan[] _ring = [];
    private readonly int _capacity;
    private int _head;
    private int _used;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="capacity">Most requests it takes.</param>
    public RequestQueue(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
    }

    /// <summary>Number of requests in the queue.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that all requests in the queue ask for.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Adds a request at the end; false when the queue is full. The request is to be rejected then, as a peer may count
    /// otherwise than we do; who goes on all the same is a flood.
    /// </summary>
    /// <param name="request">Checked to lie inside its piece.</param>
    public bool TryAdd(BlockSpan request)
    {
        if (Count == _capacity) return false;
        if (_used == _ring.Length) MakeRoom();
        _ring[Place(_used++)] = request;
        Count++;
        Bytes += request.Length;
        return true;
    }

    /// <summary>Takes out the first request that equals this one; false when there is none.</summary>
    public bool TryCancel(BlockSpan request)
    {
        for (int i = 0; i < _used; i++)
        {
            ref BlockSpan held = ref _ring[Place(i)];
            if (held.Length == 0 || held != request) continue;
            Forget(ref held);
            SkipForgotten();
            return true;
        }
        return false;
    }

    /// <summary>
    /// Takes requests from the front for one read: the first, and those after it as long as each begins in the same
    /// piece where the one before ended.
    /// </summary>
    /// <param name="into">Takes the requests; its length is one limit.</param>
    /// <param name="maxBytes">The other limit. The first request is taken even when it alone is longer.</param>
    /// <returns>The number of requests taken; 0 when the queue or the span is empty.</returns>
    public int TakeRun(Span<BlockSpan> into, int maxBytes)
    {
        int count = 0;
        long bytes = 0;
        while (count < into.Length && Count > 0)
        {
            BlockSpan next = _ring[_head];
            if (count > 0)
            {
                BlockSpan before = into[count - 1];
                if (next.Piece != before.Piece || next.Begin != before.End || bytes + next.Length > maxBytes) break;
            }
            bytes += next.Length;
            into[count++] = next;
            Forget(ref _ring[_head]);
            SkipForgotten();
        }
        return count;
    }

    /// <summary>
    /// Takes requests from the front, whatever they ask for, to reject them after a choke (BEP 6). Call until it
    /// returns 0.
    /// </summary>
    public int TakeAny(Span<BlockSpan> into)
    {
        int count = 0;
        while (count < into.Length && Count > 0)
        {
            into[count++] = _ring[_head];
            Forget(ref _ring[_head]);
            SkipForgotten();
        }
        return count;
    }

    /// <summary>Forgets all requests.</summary>
    public void Clear()
    {
        _head = 0;
        _used = 0;
        Count = 0;
        Bytes = 0;
    }

    private int Place(int index)
    {
        int place = _head + index;
        return place < _ring.Length ? place : place - _ring.Length;
    }

    private void Forget(ref BlockSpan held)
    {
        Count--;
        Bytes -= held.Length;
        held = default;
    }

    private void SkipForgotten()
    {
        while (_used > 0 && _ring[_head].Length == 0)
        {
            _head = Place(1);
            _used--;
        }
    }

    // Squeezes out cancelled places; grows only when there are none to win.
    private void MakeRoom()
    {
        int size = Count < _ring.Length ? _ring.Length : Math.Min(_capacity, Math.Max(FirstSize, _ring.Length * 2));
        BlockSpan[] target = size == _ring.Length ? _ring : new BlockSpan[size];
        int kept = 0;
        if (target != _ring)
        {
            for (int i = 0; i < _used; i++) target[kept++] = _ring[Place(i)];
            _ring = target;
            _head = 0;
        }
        else
        {
            for (int i = 0; i < _used; i++)
                if (_ring[Place(i)] is { Length: > 0 } held) _ring[Place(kept++)] = held;
        }
        _used = kept;
    }
}
