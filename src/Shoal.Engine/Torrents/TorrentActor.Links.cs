using System.Net;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Peers;
using Shoal.Network;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.PeerWire;
using Shoal.Storage;
using Shoal.Swarm;

namespace Shoal.Engine.Torrents;

// Connections: what links report, and what becomes of it.
internal sealed partial class TorrentActor
{
    private readonly HashSet<PeerLink> _links = [];
    private SlabSlice _received;

    /// <summary>A peer dialled us and its handshake named this torrent.</summary>
    public void Accept(IConnection connection, Handshake handshake) =>
        PostToPool(new TorrentItem(TorrentItemKind.Accepted, connection, handshake));

    public void LinkReceived(PeerLink link, SlabSlice frames) =>
        Post(new TorrentItem(TorrentItemKind.Received, link, Slice: frames));

    public void LinkSent(PeerLink link) => Post(new TorrentItem(TorrentItemKind.Sent, link));

    public void LinkPermitted(PeerLink link) => Post(new TorrentItem(TorrentItemKind.Permitted, link));

    public void LinkHandshaken(PeerLink link, Handshake handshake) =>
        Post(new TorrentItem(TorrentItemKind.Handshaken, link, handshake));

    public void LinkClosed(PeerLink link, DisconnectReason reason) =>
        Post(new TorrentItem(TorrentItemKind.LinkClosed, link, Number: (int)reason));

    /// <summary>A reader of blocks for a link's send loop. Only once there is content.</summary>
    public BlockReader NewReader() => new(_content!.Storage);

    private void OnReceived(PeerLink link, SlabSlice frames)
    {
        if (link.Session is { } session)
        {
            _received = frames;
            _brain.Receive(session, frames.Span, Now);
            _received = default;
            link.NoteRequests(session);
        }
        frames.Slab.Release();
        link.RangeHandled(frames);
    }

    private void OnSent(PeerLink link)
    {
        link.ParcelDone();
        if (link.Session is not { } session) return;
        (int blocks, StorageError? error) = link.LastParcel;
        if (blocks > 0)
        {
            int bytes = 0;
            foreach (Protocol.BlockSpan block in link.LastRun) bytes += block.Length;
            _services.Metrics.Uploaded(bytes);
            _brain.Uploaded(session, bytes, Now);
        }
        else
        {
            _brain.Sent(session, Now);
        }
        if (error is not null)
        {
            _brain.UploadFailed(session, link.LastRun);
            OnReadError(error);
        }
        QueueOutput(link);
    }

    private void OnPermitted(PeerLink link)
    {
        link.PermitGiven();
        if (link.Session is null) link.ReturnPermit();
        else QueueOutput(link);
    }

    private void OnHandshaken(PeerLink link, Handshake handshake)
    {
        if (link.Session is { } session) _brain.Handshaken(session, handshake, Now);
    }

    private void OnAccepted(IConnection connection, Handshake handshake)
    {
        var link = new PeerLink(connection, this, _services.Buffers);
        _joining = link;
        PeerSession? session = _brain.Accept(connection.Remote, handshake, Now, out DisconnectReason reason);
        _joining = null;
        if (session is not null)
        {
            link.Start(handshakeIsRead: true);
            return;
        }
        link.Close();
        EngineLog.IncomingRefused(_log, connection.Remote, reason);
    }

    private async Task DialAsync(IPEndPoint endPoint, AddressOrigin origin, bool isPlainOnly)
    {
        DialledPeer dialled =
            await _dialer.DialAsync(endPoint, origin, isPlainOnly, _stop.Token).ConfigureAwait(false);
        if (dialled.Refusal is { } refusal) EngineLog.AddressRefused(_log, endPoint, refusal);
        else EngineLog.Dialled(_log, endPoint, dialled.Error);
        Post(new TorrentItem(TorrentItemKind.Dialled, dialled));
    }

    private void OnDialled(DialledPeer dialled)
    {
        IPEndPoint endPoint = dialled.EndPoint;
        if (_connections.EndDial(isConnected: dialled.Connection is not null))
        {
            var link = new PeerLink(dialled.Connection!, this, _services.Buffers);
            _joining = link;
            if (dialled.IsPlainOnly) _brain.PeerIsPlainOnly(endPoint);
            PeerSession? session = _brain.Dialled(endPoint, Now, dialled.IsGreeted);
            _joining = null;
            if (session is not null)
            {
                link.Start(handshakeIsRead: false);
                return;
            }
            link.Close();
            _connections.Return();
        }
        dialled.Connection?.Close();
        if (dialled.Connection is null) _services.Metrics.Disconnected(dialled.Reason);
        if (dialled.Fault != DisconnectReason.None)
            Publish(new PeerRefused(endPoint, false, dialled.Fault.ToString()));
        if (dialled.Refusal is null) _brain.DialFailed(endPoint, Now);
        else _brain.DialRefused(endPoint, Now);
    }

    private void OnLinkClosed(PeerLink link, DisconnectReason reason)
    {
        if (link.Session is not { } session) return;
        if (link.WebSeed is { Fault: not null }) reason = DisconnectReason.WebSeedFailed;
        // Who calls over TLS is judged last, and only by the other side's going it learns what was found.
        bool isJudged = link.Certificate is not null
            && session is { IsIncoming: false, Phase: SessionPhase.Handshaking };
        if (isJudged && reason is DisconnectReason.ClosedByPeer or DisconnectReason.SocketError)
        {
            reason = DisconnectReason.CertificateRefused;
            Publish(new PeerRefused(session.Remote, false, reason.ToString()));
        }
        _brain.LinkLost(session, reason, Now);
    }

    /// <summary>Leaves peers that take nothing of what is sent to them, however alive they look otherwise.</summary>
    private void CloseStalled()
    {
        while (FindStalled() is { } session) _brain.LinkLost(session, DisconnectReason.SendTimeout, Now);
    }

    private PeerSession? FindStalled()
    {
        TimeSpan now = Now;
        foreach (PeerLink link in _links)
            if (link.IsStalled(now) && link.Session is { Phase: not SessionPhase.Gone } session) return session;
        return null;
    }

    private void QueueOutput(PeerLink link)
    {
        if (link.IsQueued) return;
        link.IsQueued = true;
        _withOutput.Add(link);
    }
}
