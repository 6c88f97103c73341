namespace Shoal.Engine.Peers;

/// <summary>
/// Bytes that may be asked of peers or wait for the disk, shared by all torrents of an engine. A byte is taken when it
/// is requested and given back when it is written or no longer expected, so a slow disk stops requests and never
/// fills memory.
/// </summary>
/// <remarks>
/// Of what peers send faster than the disk takes it, all would come to wait for the disk in the end. So nothing more is
/// given out while <see cref="WaitingForDisk"/> is a quarter of it: a disk works no faster for a longer queue, while a
/// long line needs all of the limit on its way.
/// </remarks>
internal sealed class InFlightBudget
{
    // A quarter of the limit: 4 MiB by default, which keeps a disk of 1 GB/s at work for 4 ms.
    private const int DiskShare = 4;

    // An eighth of it: 2 MiB by default, eight of the longest writes. More only waits.
    private const int BacklogShare = 8;

    private readonly long _limit;
    private readonly long _diskLimit;
    private readonly Lock _gate = new();
    private readonly List<InFlightShare> _shares = [];
    private long _free;
    private long _waitingForDisk;
    private int _starved;
    private int _waiting;

    /// <param name="limit">Bytes that may be taken.</param>
    /// <param name="time">The clock of <see cref="Backlog"/>; null is the system's.</param>
    public InFlightBudget(long limit, TimeProvider? time = null)
    {
        _limit = _free = limit;
        _diskLimit = limit / DiskShare;
        Backlog = new Backlog(limit / BacklogShare, time ?? TimeProvider.System);
    }

    /// <summary>Bytes that may still be taken.</summary>
    public long Free => Volatile.Read(ref _free);

    /// <summary>Bytes that are taken now; 0 when everything is at rest.</summary>
    public long Taken => _limit - Free;

    /// <summary>What has come and is not written, and who waits for it to be less.</summary>
    public Backlog Backlog { get; }

    /// <summary>Bytes of those taken that have come and are not written yet.</summary>
    public long WaitingForDisk => Volatile.Read(ref _waitingForDisk);

    /// <summary>A part for one more torrent; given back by <see cref="Close"/>.</summary>
    public InFlightShare Share()
    {
        var share = new InFlightShare(this);
        lock (_gate) _shares.Add(share);
        return share;
    }

    /// <summary>Ends a part. What it has taken may still be returned.</summary>
    public void Close(InFlightShare share)
    {
        lock (_gate) _shares.Remove(share);
        share.StopWaiting();
    }

    /// <summary>
    /// Bytes that a torrent may take besides those that it has: any number while no other waits, what is missing to an
    /// equal part of all otherwise.
    /// </summary>
    internal long RoomFor(InFlightShare share)
    {
        bool othersWait = Volatile.Read(ref _waiting) > (share.Waits ? 1 : 0);
        return othersWait ? Math.Max(0, PartLeft(share)) : long.MaxValue;
    }

    /// <summary>Bytes that a torrent has less than an equal part; negative when it has more.</summary>
    internal long PartLeft(InFlightShare share)
    {
        int users = 1;
        lock (_gate)
            foreach (InFlightShare other in _shares)
                if (other != share && (other.Waits || other.Taken > 0)) users++;
        return _limit / users - share.Taken;
    }

    internal void CountWaiting(int change) => Interlocked.Add(ref _waiting, change);

    /// <summary>
    /// Takes up to <paramref name="wanted"/> bytes in whole units; returns what it took. With 0 the caller is told by
    /// a later <see cref="Return"/> when to ask again.
    /// </summary>
    public long Take(long wanted, int unit)
    {
        long taken = TryTake(wanted, unit);
        return taken > 0 ? taken : TakeOrStarve(wanted, unit);
    }

    /// <summary>Takes what there is, and leaves no word when there is nothing.</summary>
    internal long TryTake(long wanted, int unit)
    {
        while (true)
        {
            long free = WaitingForDisk < _diskLimit ? Volatile.Read(ref _free) : 0;
            long taken = Math.Min(wanted, free) / unit * unit;
            if (taken <= 0) return 0;
            if (Interlocked.CompareExchange(ref _free, free - taken, free) == free) return taken;
        }
    }

    /// <summary>Notes that bytes that were taken have come and wait for the disk.</summary>
    public void Arrive(long bytes)
    {
        Interlocked.Add(ref _waitingForDisk, bytes);
        Backlog.Add(bytes);
    }

    /// <summary>
    /// Gives back bytes that had come and wait for the disk no more. True as for <see cref="Return"/>.
    /// </summary>
    public bool Settle(long bytes)
    {
        Interlocked.Add(ref _waitingForDisk, -bytes);
        Backlog.Settle(bytes);
        return Return(bytes);
    }

    /// <summary>Leaves word that somebody starves, and only then looks again.</summary>
    /// <remarks>
    /// In this order because a return writes the bytes first and looks for the word after: with a full fence between
    /// the two steps on both sides, one of the two sees what the other wrote. The other way round the last return could
    /// come between the look and the word, find nobody to wake, and leave the starved one asleep. A word that is left
    /// although the second look found something costs one wake-up for nothing.
    /// </remarks>
    internal long TakeOrStarve(long wanted, int unit)
    {
        Interlocked.Exchange(ref _starved, 1);
        return TryTake(wanted, unit);
    }

    /// <summary>Takes bytes whether there are any left or not, for what has arrived already.</summary>
    public void Force(long bytes) => Interlocked.Add(ref _free, -bytes);

    /// <summary>Gives bytes back. True when somebody went away empty since and should ask again.</summary>
    public bool Return(long bytes)
    {
        long free = Interlocked.Add(ref _free, bytes);
        // Wake those who starve only when there is enough for all of them to do something with.
        return free >= _limit / 4 && WaitingForDisk <= _diskLimit / 2
            && Volatile.Read(ref _starved) != 0 && Interlocked.Exchange(ref _starved, 0) != 0;
    }
}
