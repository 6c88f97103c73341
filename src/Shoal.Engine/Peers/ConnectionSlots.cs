namespace Shoal.Engine.Peers;

/// <summary>How many connections all torrents of an engine may have together.</summary>
internal sealed class ConnectionSlots(int limit)
{
    private int _taken;

    /// <summary>Connections that are open now.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a slot; false when there is none.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= limit) return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives a slot back.</summary>
    public void Return() => Interlocked.Decrement(ref _taken);
}
