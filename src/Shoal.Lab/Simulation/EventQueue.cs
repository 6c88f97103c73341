namespace Shoal.Lab.Simulation;

/// <summary>What happens in an event. A static lambda with what it needs beside it costs no allocation.</summary>
/// <param name="subject">Whom it happens to.</param>
/// <param name="detail">What else it needs; may be null.</param>
internal delegate void Happening(object subject, object? detail);

/// <summary>
/// Virtual time and what is to happen in it. What happens next is the event with the least time, and of several the one
/// that was planned first, so that one plan makes one order of events on every machine.
/// </summary>
/// <remarks>
/// A heap with four children to a node, in one array of structs: runs of a hundred million events spend a good part of
/// their time here.
/// </remarks>
internal sealed class EventQueue
{
    private const int Arity = 4;

    private Entry[] _heap = new Entry[1024];
    private long _planned;

    /// <summary>Time since the simulation began: that of the event that is happening, or happened last.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Events that have not happened yet.</summary>
    public int Count { get; private set; }

    /// <summary>Events that have happened.</summary>
    public long Happened { get; private set; }

    /// <summary>Plans an event; a delay of zero lets it happen after all that is planned for now already.</summary>
    /// <param name="delay">Time from now; not negative.</param>
    /// <param name="happening">What happens.</param>
    public void After(TimeSpan delay, Action happening) =>
        After(delay, static (subject, _) => ((Action)subject)(), happening);

    /// <summary>Plans an event without an allocation.</summary>
    /// <param name="delay">Time from now; not negative.</param>
    /// <param name="happening">What happens; a static lambda.</param>
    /// <param name="subject">Passed to it.</param>
    /// <param name="detail">Passed to it.</param>
    public void After(TimeSpan delay, Happening happening, object subject, object? detail = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        Rise(Count++, new Entry(Now.Ticks + delay.Ticks, _planned++, happening, subject, detail));
    }

    /// <summary>Lets the next event happen; false when none is planned.</summary>
    public bool Step()
    {
        if (Count == 0) return false;
        Entry next = _heap[0];
        Entry last = _heap[--Count];
        _heap[Count] = default;
        if (Count > 0) Sink(last);
        Now = new TimeSpan(next.Time);
        Happened++;
        next.Happening(next.Subject, next.Detail);
        return true;
    }

    private void Rise(int hole, in Entry entry)
    {
        Entry[] heap = _heap;
        while (hole > 0)
        {
            int parent = (hole - 1) / Arity;
            if (!entry.IsBefore(heap[parent])) break;
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = entry;
    }

    private void Sink(in Entry entry)
    {
        Entry[] heap = _heap;
        int hole = 0;
        while (true)
        {
            int child = hole * Arity + 1;
            if (child >= Count) break;
            int best = child;
            int end = Math.Min(child + Arity, Count);
            for (int other = child + 1; other < end; other++)
                if (heap[other].IsBefore(heap[best])) best = other;
            if (!heap[best].IsBefore(entry)) break;
            heap[hole] = heap[best];
            hole = best;
        }
        heap[hole] = entry;
    }

    private readonly struct Entry(long time, long order, Happening happening, object subject, object? detail)
    {
        public readonly long Time = time;
        public readonly long Order = order;
        public readonly Happening Happening = happening;
        public readonly object Subject = subject;
        public readonly object? Detail = detail;

        public bool IsBefore(in Entry other) => Time != other.Time ? Time < other.Time : Order < other.Order;
    }
}
