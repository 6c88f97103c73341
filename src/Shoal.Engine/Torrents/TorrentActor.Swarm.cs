using System.Net;
using Shoal.Engine.Peers;
using Shoal.Engine.Swarms;
using Shoal.Protocol.Torrents;
using Shoal.Swarm;

namespace Shoal.Engine.Torrents;

// Private swarms: with whom the torrent is shared, and who is revoked. The list of those is the member's, which other
// torrents of the swarm share; here it is passed on and applied to those who are connected.
internal sealed partial class TorrentActor
{
    // Who is revoked is told so before the connection ends, and is served nothing meanwhile. Long enough for what is
    // being sent and the list behind it, also on a slow line.
    private static readonly TimeSpan PartingTime = TimeSpan.FromSeconds(1);

    private readonly List<(PeerLink Link, TimeSpan Until)> _parting = [];
    private TorrentTls? _tls;
    private Task _takingList = Task.CompletedTask;
    private RevocationList _applied = RevocationList.Empty;

    /// <summary>What connections show and demand; null for a torrent that is open to everybody. Any thread.</summary>
    public TorrentTls? Tls => Volatile.Read(ref _tls);

    /// <summary>Tells those who watch of a peer that did not get as far as the brain. Any thread.</summary>
    public void PeerIsRefused(IPEndPoint remote, bool isIncoming, DisconnectReason reason) =>
        Post(new TorrentItem(
            TorrentItemKind.Call, (Action)(() => Publish(new PeerRefused(remote, isIncoming, reason.ToString())))));

    /// <summary>Looks whether the list of the revoked has changed, on disk or by another torrent. Any thread.</summary>
    public void LookForRevocations()
    {
        if (Tls is not { } tls) return;
        tls.Member.Refresh();
        if (tls.Member.Revocations != Volatile.Read(ref _applied))
            Post(new TorrentItem(TorrentItemKind.Call, (Action)ApplyRevocations));
    }

    void ISwarmPort.RevocationsReceived(PeerSession peer, ReadOnlySpan<byte> list)
    {
        if (Tls is not { } tls || list.Length > RevocationList.MaxBytes) return;
        if (list.SequenceEqual(tls.Member.Revocations.Bytes.Span)) return;
        byte[] copy = list.ToArray();
        // Proving a signature and keeping the list take their time.
        Task taking = Task.Run(() =>
        {
            if (tls.Member.TryTake(copy, tls.Authority)) LookForRevocations();
        });
        _takingList = _takingList.IsCompleted ? taking : Task.WhenAll(_takingList, taking);
    }

    private void ApplyRevocations()
    {
        RevocationList list = _tls!.Member.Revocations;
        if (list == _applied) return;
        Volatile.Write(ref _applied, list);
        _brain.SetRevocations(list.Bytes, Now);
        if (_tls.Member is { IsRevoked: true } we)
        {
            Fail(
                TorrentError.InvalidInput,
                $"The credential of '{we.Name}' in the swarm '{we.Swarm}' was taken back: ask whoever runs the swarm "
                + "for a new one.");
            return;
        }
        foreach (PeerLink link in (PeerLink[])[.. _links])
        {
            if (link.Session is null || link.IsParting || link.Certificate is not { } theirs) continue;
            if (!list.Contains(theirs)) continue;
            link.Part();
            _parting.Add((link, Now + PartingTime));
        }
    }

    private void CloseParted()
    {
        for (int i = _parting.Count - 1; i >= 0; i--)
        {
            (PeerLink link, TimeSpan until) = _parting[i];
            bool isHere = _links.Contains(link);
            if (isHere && Now < until) continue;
            _parting.RemoveAt(i);
            if (isHere) _brain.LinkLost(link.Session!, DisconnectReason.CertificateRevoked, Now);
        }
    }

    /// <summary>Holds metadata that peers sent against the member. False when they do not belong together.</summary>
    private bool BelongsHere(TorrentInfo info)
    {
        try
        {
            Volatile.Write(ref _tls, TorrentTls.Of(info, _options.Member));
            return true;
        }
        catch (TorrentException e)
        {
            Fail(e.Error, e.Message);
            return false;
        }
    }
}
