namespace Shoal.Engine.Peers;

/// <summary>
/// How many connections all torrents of an engine may have together. Without others a torrent may have all of them;
/// while another waits for one, no torrent takes more than an equal part, and who has more is told how many to give.
/// Dials under way count for further dials only: many that lead nowhere keep nobody out who calls. Any thread.
/// </summary>
internal sealed class ConnectionSlots(int limit)
{
    private readonly Lock _gate = new();
    private readonly List<ConnectionShare> _shares = [];
    private int _open;
    private int _dialling;

    /// <summary>Connections that are open now.</summary>
    public int Taken => Volatile.Read(ref _open);

    /// <summary>A part for one more torrent; given back by <see cref="Close"/>.</summary>
    public ConnectionShare Share()
    {
        var share = new ConnectionShare(this);
        lock (_gate) _shares.Add(share);
        return share;
    }

    /// <summary>Ends a part. What it has taken may still be returned.</summary>
    public void Close(ConnectionShare share)
    {
        lock (_gate)
        {
            _shares.Remove(share);
            share.Waits = false;
        }
    }

    internal bool TryTake(ConnectionShare share)
    {
        lock (_gate)
        {
            if (_open >= limit || IsOver(share)) return false;
            Open(share);
            return true;
        }
    }

    internal bool TryDial(ConnectionShare share)
    {
        lock (_gate)
        {
            if (IsOver(share)) return false;
            if (_open + _dialling >= limit)
            {
                share.Waits = true;
                return false;
            }
            _dialling++;
            share.Dialling++;
            share.Waits = false;
            return true;
        }
    }

    internal bool EndDial(ConnectionShare share, bool isConnected)
    {
        lock (_gate)
        {
            _dialling--;
            share.Dialling--;
            if (!isConnected || _open >= limit) return false;
            Open(share);
            return true;
        }
    }

    internal void Return(ConnectionShare share)
    {
        lock (_gate)
        {
            _open--;
            share.Open--;
        }
    }

    internal void StopWaiting(ConnectionShare share)
    {
        lock (_gate) share.Waits = false;
    }

    /// <summary>Connections that a torrent has beyond its part, as far as others wait for them.</summary>
    internal int Excess(ConnectionShare share)
    {
        lock (_gate)
        {
            int lacking = LackOfOthers(share) - Math.Max(0, limit - _open - _dialling);
            return Math.Clamp(share.Open - PartOf(share), 0, Math.Max(0, lacking));
        }
    }

    private void Open(ConnectionShare share)
    {
        _open++;
        share.Open++;
    }

    private bool IsOver(ConnectionShare share) =>
        share.Open + share.Dialling >= PartOf(share) && LackOfOthers(share) > 0;

    // Of those who wait, what is missing to their parts.
    private int LackOfOthers(ConnectionShare share)
    {
        int lack = 0;
        foreach (ConnectionShare other in _shares)
            if (other != share && other.Waits) lack += Math.Max(0, PartOf(other) - other.Open - other.Dialling);
        return lack;
    }

    private int PartOf(ConnectionShare share)
    {
        int users = 1;
        foreach (ConnectionShare other in _shares)
            if (other != share && (other.Waits || other.Open + other.Dialling > 0)) users++;
        return Math.Max(1, limit / users);
    }
}
