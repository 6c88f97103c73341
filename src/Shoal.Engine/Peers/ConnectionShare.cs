namespace Shoal.Engine.Peers;

/// <summary>One torrent's part of the <see cref="ConnectionSlots"/>, which keep its figures.</summary>
internal sealed class ConnectionShare(ConnectionSlots slots)
{
    /// <summary>Connections that the torrent has.</summary>
    public int Open { get; internal set; }

    /// <summary>Connections that the torrent is making.</summary>
    public int Dialling { get; internal set; }

    /// <summary>True while the torrent has an address to dial and may not.</summary>
    public bool Waits { get; internal set; }

    /// <summary>Connections to give up: others wait for them, and this torrent has more than an equal part.</summary>
    public int Excess => slots.Excess(this);

    /// <summary>Takes a connection for a peer that calls; false when there is none to be had.</summary>
    public bool TryTake() => slots.TryTake(this);

    /// <summary>
    /// Begins a dial; false when there are too many connections for that, and the torrent waits then until
    /// <see cref="StopWaiting"/>.
    /// </summary>
    public bool TryDial() => slots.TryDial(this);

    /// <summary>Ends a dial; true when it has become a connection, and there is still one to be had for it.</summary>
    public bool EndDial(bool isConnected) => slots.EndDial(this, isConnected);

    /// <summary>Gives a connection back.</summary>
    public void Return() => slots.Return(this);

    /// <summary>The torrent has nobody to dial any more.</summary>
    public void StopWaiting() => slots.StopWaiting(this);
}
