namespace Shoal.Network;

/// <summary>How a TLS handshake ended.</summary>
/// <param name="Connection">The connection to go on with, or null; the one below is then not closed.</param>
/// <param name="ServerName">The name that was asked for (SNI); empty when it did not come so far.</param>
/// <param name="Fault">Why there is no connection.</param>
public readonly record struct TlsOutcome(TlsConnection? Connection, string ServerName, TlsFault Fault);
