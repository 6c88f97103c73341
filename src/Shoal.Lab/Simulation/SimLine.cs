namespace Shoal.Lab.Simulation;

/// <summary>
/// A peer's access to the network: so many bytes a second out and in. Outgoing blocks take turns, one run of each
/// connection after the other, which is how the shares of many TCP streams come out; a connection whose receiver does
/// not keep up is passed over. Incoming ones queue.
/// </summary>
internal sealed class SimLine(SimNetwork network, double upBytesPerSecond, double downBytesPerSecond)
{
    private readonly Queue<SimLink> _waiting = new();
    private bool _isSending;
    private double _controlSeconds;
    private TimeSpan _downFreeAt;

    /// <summary>Bytes that a second takes out.</summary>
    public double Up => upBytesPerSecond;

    /// <summary>Bytes that a second takes in.</summary>
    public double Down => downBytesPerSecond;

    /// <summary>Block bytes that left.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Puts a connection with blocks to send in the line.</summary>
    public void Offer(SimLink link)
    {
        if (link.IsInLine || link.IsSending || link.IsClosed) return;
        link.IsInLine = true;
        _waiting.Enqueue(link);
        if (!_isSending) SendNext();
    }

    /// <summary>Small messages pass by, but not for nothing.</summary>
    public void ChargeUp(int bytes) => _controlSeconds += bytes * network.PerSimulatedByte / upBytesPerSecond;

    /// <summary>When a packet that has just arrived whole is through, as others may be before it.</summary>
    public TimeSpan Admit(SimPacket packet, TimeSpan now)
    {
        TimeSpan start = packet.FirstByteAt > _downFreeAt ? packet.FirstByteAt : _downFreeAt;
        TimeSpan end = start + TimeSpan.FromSeconds(packet.BlockBytes / downBytesPerSecond);
        _downFreeAt = end;
        return end > now ? end : now;
    }

    /// <summary>The peer is gone: nothing waits any more.</summary>
    public void Clear() => _waiting.Clear();

    private void SendNext()
    {
        int passedOver = 0;
        while (passedOver < _waiting.Count)
        {
            SimLink link = _waiting.Dequeue();
            if (link.IsClosed || link.Session is null)
            {
                link.IsInLine = false;
                continue;
            }
            if (link.InFlight >= link.Window)
            {
                _waiting.Enqueue(link);
                passedOver++;
                continue;
            }
            link.IsInLine = false;
            if (link.Owner.TakeRun(link) is { } packet)
            {
                Send(link, packet);
                return;
            }
        }
    }

    private void Send(SimLink link, SimPacket packet)
    {
        _isSending = true;
        link.IsSending = true;
        // A lost segment is sent again, so the line carries that much more.
        double seconds = packet.BlockBytes * (1 + link.Loss) / upBytesPerSecond + _controlSeconds;
        _controlSeconds = 0;
        packet.FirstByteAt = network.Now;
        network.Events.After(
            TimeSpan.FromSeconds(seconds),
            static (line, sent) => ((SimLine)line).Sent((SimPacket)sent!),
            this,
            packet);
    }

    private void Sent(SimPacket packet)
    {
        SimLink link = packet.To.Other;
        SentBytes += packet.BlockBytes;
        _isSending = false;
        link.IsSending = false;
        network.Depart(link, packet);
        link.Owner.RunSent(link, packet.BlockBytes);
        if (!_isSending) SendNext();
    }

    /// <summary>Blocks of a connection arrived, so that it may send more.</summary>
    public void Unblock()
    {
        if (!_isSending && _waiting.Count > 0) SendNext();
    }
}
