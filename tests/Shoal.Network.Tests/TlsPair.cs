namespace Shoal.Network.Tests;

/// <summary>Two ends of one TLS connection, and what crossed the wire.</summary>
internal sealed record TlsPair(
    ConnectionPair Wire, RecordedConnection Recorded, TlsOutcome Caller, TlsOutcome Called) : IDisposable
{
    public TlsConnection Ours => Caller.Connection!;

    public TlsConnection Theirs => Called.Connection!;

    public void Dispose()
    {
        Caller.Connection?.Close();
        Called.Connection?.Close();
        Wire.Dispose();
    }
}
