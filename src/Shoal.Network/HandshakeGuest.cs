namespace Shoal.Network;

/// <summary>
/// A connection whose handshake has not come to its end, in a <see cref="HandshakeRoom"/>. Any thread.
/// </summary>
public sealed class HandshakeGuest
{
    private readonly TimeProvider _time;
    private readonly Func<bool> _isWanted;
    private long _moved;
    private bool _isAtGate;
    private bool _isGone;

    internal HandshakeGuest(IConnection connection, TimeProvider time, ulong network)
    {
        Connection = connection;
        Network = network;
        _time = time;
        _isWanted = () => IsWanted;
        Since = _moved = time.GetTimestamp();
    }

    /// <summary>What its handshake goes over.</summary>
    public IConnection Connection { get; }

    /// <summary>False once it has left the room; it may be closed then.</summary>
    public bool IsWanted => !Volatile.Read(ref _isGone);

    /// <summary>When it came, as the clock counts.</summary>
    internal long Since { get; }

    /// <summary>Where it comes from, as far as one can be told from another.</summary>
    internal ulong Network { get; }

    /// <summary>True while it waits for us, and not we for it.</summary>
    internal bool IsAtGate => Volatile.Read(ref _isAtGate);

    /// <summary>Time since it last came a step further.</summary>
    internal TimeSpan Idle => _time.GetElapsedTime(Volatile.Read(ref _moved));

    /// <summary>
    /// Tells that it has come a step further. A handshake has few of them: single bytes are none, or who sends one now
    /// and then would stay for ever.
    /// </summary>
    public void Advance() => Volatile.Write(ref _moved, _time.GetTimestamp());

    /// <summary>Enters a gate, waiting for it as <see cref="HandshakeGate.EnterAsync"/> does.</summary>
    /// <param name="gate">The gate; after true it has to be left.</param>
    /// <param name="cost">Processor time of what is done inside.</param>
    internal async ValueTask<bool> EnterAsync(HandshakeGate gate, TimeSpan cost)
    {
        Advance();
        Volatile.Write(ref _isAtGate, true);
        bool isIn = await gate.EnterAsync(cost, _isWanted).ConfigureAwait(false);
        Advance();
        Volatile.Write(ref _isAtGate, false);
        return isIn;
    }

    internal void Leave() => Volatile.Write(ref _isGone, true);
}
