using System.Globalization;

namespace Shoal.Lab.Simulation;

/// <summary>
/// The log of a simulation: a line for each thing worth telling, with its virtual time, and a number over all that
/// travelled. Two runs are the same when both are.
/// </summary>
internal sealed class EventLog
{
    // Lines that a failure prints.
    private const int TailLines = 60;

    // FNV-1a over 64 bits (draft-eastlake-fnv); fast and good enough to tell runs apart.
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private readonly EventQueue _events;
    private readonly bool _isKept;
    private readonly List<string> _lines = [];
    private readonly Queue<string> _tail = new();

    /// <summary>An empty log.</summary>
    /// <param name="events">For the time.</param>
    /// <param name="isOn">True when lines are wanted.</param>
    /// <param name="isKept">True to keep all of them, not only the last ones.</param>
    public EventLog(EventQueue events, bool isOn, bool isKept)
    {
        _events = events;
        IsOn = isOn;
        _isKept = isKept;
    }

    /// <summary>True when lines are wanted; else nobody need make them.</summary>
    public bool IsOn { get; }

    /// <summary>All lines, when they are kept.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>A number over everything that was sent, by whom, and when.</summary>
    public ulong Digest { get; private set; } = FnvOffset;

    /// <summary>The last lines, for who has to find out what went wrong.</summary>
    public string Tail => string.Join('\n', _tail);

    /// <summary>Adds a line.</summary>
    public void Write(FormattableString sentence)
    {
        string time = _events.Now.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);
        string line = $"{time} {FormattableString.Invariant(sentence)}";
        if (_isKept) _lines.Add(line);
        _tail.Enqueue(line);
        if (_tail.Count > TailLines) _tail.Dequeue();
        Mix(System.Text.Encoding.UTF8.GetBytes(line));
    }

    /// <summary>Takes something that travelled into the digest.</summary>
    public void Note(long from, ReadOnlySpan<byte> bytes)
    {
        Digest = (Digest ^ (ulong)_events.Now.Ticks) * FnvPrime;
        Digest = (Digest ^ (ulong)from) * FnvPrime;
        Mix(bytes);
    }

    private void Mix(ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes) Digest = (Digest ^ one) * FnvPrime;
    }
}
