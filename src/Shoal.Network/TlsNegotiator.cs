using Shoal.Network.OpenSsl;

namespace Shoal.Network;

/// <summary>
/// Makes TLS connections between peers that both show certificates. Only TLS 1.3 is spoken: what is older has
/// weaknesses that nobody here needs for compatibility. Deadlines are kept by whoever closes the connection.
/// </summary>
public abstract class TlsNegotiator
{
    private protected TlsNegotiator()
    {
    }

    /// <summary>What the runtime brings, which works everywhere.</summary>
    public static TlsNegotiator Platform { get; } = new SslStreamNegotiator();

    /// <summary>
    /// The one that costs least here: OpenSSL itself where it can be had, and else what the runtime brings, as also
    /// when the environment asks for that by <c>SHOAL_TLS=platform</c>.
    /// </summary>
    public static TlsNegotiator Best { get; } =
        Environment.GetEnvironmentVariable("SHOAL_TLS") != "platform" && OpenSslNegotiator.IsAvailable
            ? new OpenSslNegotiator()
            : Platform;

    /// <summary>Begins as the side that opened the connection.</summary>
    /// <param name="connection">What it goes over.</param>
    /// <param name="serverName">The name that is asked for; it crosses the wire in the clear.</param>
    /// <param name="party">What we show and demand.</param>
    public abstract ValueTask<TlsOutcome> CallAsync(IConnection connection, string serverName, TlsParty party);

    /// <summary>Begins as the side that was connected to.</summary>
    /// <param name="guest">What it goes over, while its handshake lasts.</param>
    /// <param name="find">Finds what to show and demand by the name that is asked for.</param>
    /// <param name="gate">Bounds what it costs.</param>
    public abstract ValueTask<TlsOutcome> AnswerAsync(
        HandshakeGuest guest, Func<string, TlsParty?> find, HandshakeGate gate);
}
