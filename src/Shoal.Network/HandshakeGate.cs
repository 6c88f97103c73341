namespace Shoal.Network;

/// <summary>
/// Keeps what strangers can make us compute in bounds. A handshake of theirs costs them a few bytes and us a public-key
/// operation; so few of them are computed at a time, and together they get a fixed share of one core, whatever arrives.
/// </summary>
public sealed class HandshakeGate : IDisposable
{
    /// <summary>Processor time of an encrypted handshake: two powers in <c>MseGroup</c>.</summary>
    public static readonly TimeSpan MseCost = TimeSpan.FromMicroseconds(200);

    /// <summary>Processor time of a TLS handshake: a key exchange, a signature, and certificates to check.</summary>
    public static readonly TimeSpan TlsCost = TimeSpan.FromMicroseconds(1000);

    // A tenth of one core, in microseconds a second: 500 encrypted handshakes or 100 of TLS, which is more than any
    // swarm brings and less than a running transfer notices.
    private const int MicrosecondsPerSecond = 100_000;

    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly RateLimiter _budget;

    /// <summary>Opens the gate.</summary>
    public HandshakeGate(TimeProvider time) => _budget = new RateLimiter(time, MicrosecondsPerSecond);

    /// <summary>
    /// Waits for a place and the time that the handshake will take. False when it is not wanted any more by then;
    /// after true, <see cref="Leave"/> has to be called.
    /// </summary>
    /// <param name="cost">Its processor time.</param>
    /// <param name="isWanted">Tells whether the connection still stands.</param>
    public async ValueTask<bool> EnterAsync(TimeSpan cost, Func<bool> isWanted)
    {
        if (!isWanted()) return false;
        int left = (int)cost.TotalMicroseconds;
        while (left > 0)
        {
            left -= await _budget.TakeAsync(left).ConfigureAwait(false);
            if (isWanted()) continue;
            _budget.Return((int)cost.TotalMicroseconds - left);
            return false;
        }
        await _places.WaitAsync().ConfigureAwait(false);
        if (isWanted()) return true;
        _places.Release();
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => _places.Release();

    /// <summary>Lets everybody who waits go on.</summary>
    public void Dispose() => _budget.Dispose();
}
