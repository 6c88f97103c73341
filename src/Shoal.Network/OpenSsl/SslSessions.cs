namespace Shoal.Network.OpenSsl;

/// <summary>
/// Sessions that can be resumed, one for each whom we called, each for one call: who watches the wire could tell by a
/// ticket that is used twice that it is the same caller (RFC 8446, section C.4). Any thread.
/// </summary>
internal sealed class SslSessions
{
    /// <summary>How many are kept; beyond that any of them makes room, and its peer gets a whole handshake.</summary>
    public const int Max = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _sessions = [];

    /// <summary>Keeps the session of a connection in place of an earlier one.</summary>
    public void Put(string peer, byte[] session)
    {
        lock (_lock)
        {
            if (_sessions.Count >= Max && !_sessions.ContainsKey(peer)) _sessions.Remove(_sessions.Keys.First());
            _sessions[peer] = session;
        }
    }

    /// <summary>Takes the session of an earlier connection; null when there is none.</summary>
    public byte[]? Take(string peer)
    {
        lock (_lock)
        {
            _sessions.Remove(peer, out byte[]? session);
            return session;
        }
    }
}
