namespace Shoal.Engine.Peers;

/// <summary>
/// One torrent's part of the <see cref="InFlightBudget"/>. Without others it may be all of it; while another torrent
/// waits for bytes it is an equal part, so that a fast torrent cannot take everything again before a slow one is told
/// that something came back.
/// </summary>
internal sealed class InFlightShare(InFlightBudget budget)
{
    private long _taken;
    private int _waits;

    /// <summary>Bytes that the torrent has taken and not given back. Any thread.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>
    /// True while the torrent has less than its part, wanted more than it got, and was not told since to ask again. Any
    /// thread.
    /// </summary>
    public bool Waits => Volatile.Read(ref _waits) != 0;

    /// <summary>
    /// Takes up to <paramref name="wanted"/> bytes in whole units; returns what it took. With 0 the torrent is told by
    /// a later <see cref="Return"/>, its own or another's, when to ask again.
    /// </summary>
    public long Take(long wanted, int unit)
    {
        long taken = budget.Take(Math.Min(wanted, budget.RoomFor(this)), unit);
        Interlocked.Add(ref _taken, taken);
        if (taken == wanted || budget.PartLeft(this) < unit) StopWaiting();
        else if (Interlocked.Exchange(ref _waits, 1) == 0) budget.CountWaiting(1);
        return taken;
    }

    /// <summary>Takes bytes whether there are any left or not, for what has arrived already.</summary>
    public void Force(long bytes)
    {
        Interlocked.Add(ref _taken, bytes);
        budget.Force(bytes);
    }

    /// <summary>Gives bytes back. True when somebody went away empty since and should ask again. Any thread.</summary>
    public bool Return(long bytes)
    {
        Interlocked.Add(ref _taken, -bytes);
        return budget.Return(bytes);
    }

    /// <summary>Notes that bytes that were taken have come and wait for the disk.</summary>
    public void Arrive(long bytes) => budget.Arrive(bytes);

    /// <summary>
    /// Gives back bytes that had come and wait for the disk no more. True as for <see cref="Return"/>. Any thread.
    /// </summary>
    public bool Settle(long bytes)
    {
        Interlocked.Add(ref _taken, -bytes);
        return budget.Settle(bytes);
    }

    /// <summary>
    /// The torrent is about to ask again, or never will: until it gets too little once more, nobody leaves it a part.
    /// </summary>
    public void StopWaiting()
    {
        if (Interlocked.Exchange(ref _waits, 0) != 0) budget.CountWaiting(-1);
    }
}
