using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm;

// Private swarms: the authority's signed list of revoked members goes from peer to peer, under an extension of our own
// that other clients leave alone. What is in it, and whether it is signed, is for the shell.
public sealed partial class TorrentBrain
{
    private const byte RevocationsId = 9;

    // A peer sends the list when it connects and when a newer one comes; more often only costs us checking.
    private const int MaxRevocationMessages = 64;

    private ReadOnlyMemory<byte> _revocations;

    /// <summary>Sets the list to pass on, and passes it on to those who are connected.</summary>
    public void SetRevocations(ReadOnlyMemory<byte> list, TimeSpan now)
    {
        _now = now;
        _revocations = list;
        foreach (PeerSession session in _sessions) SendRevocations(session);
    }

    private void SendRevocations(PeerSession session)
    {
        byte id = session.Extensions?.Ids.IdOf(PeerExtension.Revocations) ?? 0;
        if (id == 0 || _revocations.IsEmpty || !_options.TakesRevocations) return;
        // Handshakes come more than once; the list that a peer has been sent need not be.
        if (session.RevocationsSent.Equals(_revocations)) return;
        session.RevocationsSent = _revocations;
        PeerMessages.WriteExtended(session.Outbox, id, _revocations.Span);
        _port.HasOutput(session);
    }

    private DisconnectReason OnRevocations(PeerSession session, ReadOnlySpan<byte> message)
    {
        if (++session.RevocationMessages > MaxRevocationMessages) return DisconnectReason.MessageFlood;
        _port.RevocationsReceived(session, message);
        return DisconnectReason.None;
    }
}
