using Shoal.Protocol.Addresses;

namespace Shoal.Tracker;

/// <summary>
/// The peers of one swarm and one address family in one array: seeds first, then leeches, each part in no order. The
/// swarm owns it, and its shard's lock guards it.
/// </summary>
/// <remarks>
/// A peer is found by walking the array. Most swarms have a handful of peers, and for the largest allowed one, of ten
/// thousand, the walk over 80 KB costs a few microseconds, which is less than the system calls around it.
/// </remarks>
internal struct PeerRows<TRow> where TRow : unmanaged, IPeerRow<TRow>
{
    private const int FirstCapacity = 2;

    private TRow[]? _rows;
    private int _seeds;
    private int _count;

    public readonly int Seeds => _seeds;

    public readonly int Leeches => _count - _seeds;

    public readonly int Count => _count;

    /// <summary>The place of a peer, or -1.</summary>
    public readonly int Find(TRow peer)
    {
        for (int i = 0; i < _count; i++)
            if (_rows![i].IsSamePeer(peer))
                return i;
        return -1;
    }

    public readonly bool IsSeed(int index) => index < _seeds;

    /// <summary>Peers at the same host as this one.</summary>
    public readonly int CountSameHost(TRow peer)
    {
        int count = 0;
        for (int i = 0; i < _count; i++)
            if (_rows![i].IsSameHost(peer))
                count++;
        return count;
    }

    /// <summary>Adds a peer that is not there yet.</summary>
    public void Add(TRow peer, bool isSeed)
    {
        if (_rows is null) _rows = new TRow[FirstCapacity];
        else if (_count == _rows.Length) Array.Resize(ref _rows, _count + Math.Max(1, _count / 2));
        _rows[_count++] = peer;
        if (isSeed) MoveToSeeds(_count - 1);
    }

    /// <summary>Notes that a peer was heard of again, in which role.</summary>
    public void Refresh(int index, ushort minute, bool isSeed)
    {
        _rows![index] = _rows[index].At(minute);
        if (isSeed && index >= _seeds) MoveToSeeds(index);
        else if (!isSeed && index < _seeds) MoveToLeeches(index);
    }

    public void RemoveAt(int index)
    {
        // A hole among the seeds is filled by the last seed, whose place is filled by the last leech.
        if (index < _seeds)
        {
            _rows![index] = _rows[--_seeds];
            index = _seeds;
        }
        _rows![index] = _rows[--_count];
        const int SlackFactor = 4;
        if (_count == 0) _rows = null;
        else if (_rows.Length > FirstCapacity && _count < _rows.Length / SlackFactor)
            Array.Resize(ref _rows, _count * 2);
    }

    /// <summary>Removes the peers that were last heard of more than so many minutes ago.</summary>
    public void Expire(ushort minute, int lifetimeMinutes)
    {
        for (int i = _count - 1; i >= 0; i--)
            if ((ushort)(minute - _rows![i].Minute) > lifetimeMinutes)
                RemoveAt(i);
    }

    /// <summary>
    /// Writes peers for a reply: for a seed leeches only, for a leech both, half of them seeds as far as there are
    /// enough. Each peer of a part has the same chance, at a cost that depends on the number wanted only.
    /// </summary>
    /// <param name="destination">Room for <paramref name="wanted"/> peers.</param>
    /// <param name="wanted">Peers at the most.</param>
    /// <param name="self">Place of the requester, who is left out; -1 when it is not here.</param>
    /// <param name="forSeed">True when the requester downloads nothing.</param>
    /// <param name="requester">Scope of the requester: loopback and link-local peers are for their neighbours.</param>
    /// <param name="random">Chooses.</param>
    /// <returns>Bytes written.</returns>
    public readonly int Select(
        Span<byte> destination, int wanted, int self, bool forSeed, AddressScope requester, Random random)
    {
        int seeds = forSeed ? 0 : _seeds - (self >= 0 && self < _seeds ? 1 : 0);
        int leeches = Leeches - (self >= _seeds ? 1 : 0);
        int fromSeeds = Math.Min(seeds, Math.Max((wanted + 1) / 2, wanted - leeches));
        int fromLeeches = Math.Min(leeches, wanted - fromSeeds);
        int written = Pick(destination, 0, seeds, fromSeeds, self, requester, random);
        return written + Pick(destination[written..], _seeds, leeches, fromLeeches, self, requester, random);
    }

    /// <summary>
    /// Divides a part into strides and takes one peer at random out of each. The strides begin at a random place,
    /// because they are not all of one length.
    /// </summary>
    private readonly int Pick(Span<byte> destination, int start, int available, int wanted, int self,
        AddressScope requester, Random random)
    {
        int written = 0;
        int from = 0;
        int turn = random.Next(available);
        for (int i = 1; i <= wanted; i++)
        {
            int to = (int)((long)i * available / wanted);
            int offset = turn + random.Next(from, to);
            int index = start + (offset < available ? offset : offset - available);
            if (self >= start && index >= self) index++;
            from = to;
            TRow row = _rows![index];
            if ((row.IsLoopback && requester != AddressScope.Loopback)
                || (row.IsLinkLocal && requester == AddressScope.Global))
                continue;
            row.WriteWire(destination[written..]);
            written += TRow.WireLength;
        }
        return written;
    }

    private void MoveToSeeds(int index)
    {
        (_rows![index], _rows[_seeds]) = (_rows[_seeds], _rows[index]);
        _seeds++;
    }

    private void MoveToLeeches(int index)
    {
        _seeds--;
        (_rows![index], _rows[_seeds]) = (_rows[_seeds], _rows[index]);
    }
}
