using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <summary>
/// The untouched pieces of one priority, rarest first and in random order among equally rare ones. A step of one
/// piece between neighbouring buckets is O(1); adding and removing cost one step per bucket at most.
/// </summary>
/// <remarks>
/// <code>
///   _items  | bucket 0 | bucket 1     | 2 |  ...  | 63 and more |      every bucket in random order
///                      ^_end[0]       ^_end[1]                  ^_end[63] = Count
/// </code>
/// </remarks>
internal sealed class RarityOrder
{
    /// <summary>Pieces that 63 peers or more have count as equally common: rarity no longer matters there.</summary>
    public const int BucketCount = 64;

    private readonly ushort[] _availability;
    private readonly int[] _position;
    private readonly SwarmRandom _random;
    private readonly int[] _end = new int[BucketCount];
    private int[] _items = [];

    /// <summary>Makes an empty order.</summary>
    /// <param name="availability">How many peers have each piece; the caller's, read here.</param>
    /// <param name="position">Where each piece is in its order; shared, as a piece is in one order at most.</param>
    /// <param name="random">For the order inside a bucket.</param>
    public RarityOrder(ushort[] availability, int[] position, SwarmRandom random)
    {
        _availability = availability;
        _position = position;
        _random = random;
    }

    /// <summary>Number of pieces in the order.</summary>
    public int Count => _end[BucketCount - 1];

    /// <summary>The pieces, rarest first.</summary>
    public ReadOnlySpan<int> Items => _items.AsSpan(0, Count);

    /// <summary>Number of pieces that no peer but seeds has; they come first.</summary>
    public int NobodyHasCount => _end[0];

    /// <summary>Takes all pieces out.</summary>
    public void Clear() => Array.Clear(_end);

    /// <summary>Fills the order anew with the given pieces.</summary>
    /// <param name="pieces">Candidates.</param>
    /// <param name="priorities">Priority of each piece.</param>
    /// <param name="level">The priority whose pieces belong here.</param>
    public void Rebuild(Bitfield pieces, PiecePriority[] priorities, PiecePriority level)
    {
        Span<int> next = stackalloc int[BucketCount];
        next.Clear();
        for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
            if (priorities[piece] == level) next[Bucket(piece)]++;
        int start = 0;
        for (int bucket = 0; bucket < BucketCount; bucket++)
        {
            int size = next[bucket];
            next[bucket] = start;
            start += size;
            _end[bucket] = start;
        }
        if (_items.Length < start) Array.Resize(ref _items, start);
        for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
            if (priorities[piece] == level) _items[next[Bucket(piece)]++] = piece;
        start = 0;
        for (int bucket = 0; bucket < BucketCount; bucket++)
        {
            _random.Shuffle(_items.AsSpan(start, _end[bucket] - start));
            start = _end[bucket];
        }
        for (int i = 0; i < Count; i++) _position[_items[i]] = i;
    }

    /// <summary>Puts a piece in that was in no order.</summary>
    public void Add(int piece)
    {
        int count = Count;
        if (_items.Length == count) Array.Resize(ref _items, Math.Max(16, count * 2));
        int bucket = Bucket(piece);
        int hole = count;
        for (int above = BucketCount - 1; above > bucket; above--)
        {
            int first = _end[above - 1];
            if (first != hole) Place(_items[first], hole);
            hole = first;
            _end[above]++;
        }
        _end[bucket]++;
        Place(piece, hole);
        Stir(hole, bucket);
    }

    /// <summary>Takes a piece out.</summary>
    public void Remove(int piece)
    {
        int hole = _position[piece];
        for (int bucket = Bucket(piece); bucket < BucketCount; bucket++)
        {
            int last = --_end[bucket];
            if (last != hole) Place(_items[last], hole);
            hole = last;
        }
    }

    /// <summary>Moves a piece on, after its availability was raised by one.</summary>
    public void Raised(int piece)
    {
        int bucket = Bucket(piece);
        if (_availability[piece] >= BucketCount) return;
        int last = --_end[bucket - 1];
        Swap(_position[piece], last);
        Stir(last, bucket);
    }

    /// <summary>Moves a piece back, after its availability was lowered by one.</summary>
    public void Lowered(int piece)
    {
        int bucket = Bucket(piece);
        if (_availability[piece] >= BucketCount - 1) return;
        int first = _end[bucket]++;
        Swap(_position[piece], first);
        Stir(first, bucket);
    }

    private int Bucket(int piece) => Math.Min((int)_availability[piece], BucketCount - 1);

    private void Place(int piece, int position)
    {
        _items[position] = piece;
        _position[piece] = position;
    }

    private void Swap(int left, int right)
    {
        if (left == right) return;
        int piece = _items[left];
        Place(_items[right], left);
        Place(piece, right);
    }

    // Whoever comes into a bucket goes to a random place in it, which keeps every order equally likely.
    private void Stir(int position, int bucket)
    {
        int start = bucket == 0 ? 0 : _end[bucket - 1];
        Swap(position, start + _random.Next(_end[bucket] - start));
    }
}
