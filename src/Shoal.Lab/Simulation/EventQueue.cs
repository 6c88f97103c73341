namespace Shoal.Lab.Simulation;

/// <summary>
/// Virtual time and what is to happen in it. What happens next is the event with the least time, and of several the one
/// that was planned first, so that one plan makes one order of events on every machine.
/// </summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (TimeSpan Time, long Order)> _events = new();
    private long _planned;

    /// <summary>Time since the simulation began: that of the event that is happening, or happened last.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Events that have not happened yet.</summary>
    public int Count => _events.Count;

    /// <summary>Events that have happened.</summary>
    public long Happened { get; private set; }

    /// <summary>Plans an event; a delay of zero lets it happen after all that is planned for now already.</summary>
    /// <param name="delay">Time from now; not negative.</param>
    /// <param name="happening">What happens.</param>
    public void After(TimeSpan delay, Action happening)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _events.Enqueue(happening, (Now + delay, _planned++));
    }

    /// <summary>Lets the next event happen; false when none is planned.</summary>
    public bool Step()
    {
        if (!_events.TryDequeue(out Action? happening, out (TimeSpan Time, long Order) at)) return false;
        Now = at.Time;
        Happened++;
        happening();
        return true;
    }
}
