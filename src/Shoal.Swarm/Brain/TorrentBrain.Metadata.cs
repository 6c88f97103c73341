using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Metadata;

namespace Shoal.Swarm;

// The info dictionary of a magnet link, fetched from peers and served to them (BEP 9).
public sealed partial class TorrentBrain
{
    // Metadata that waits to be sent to one peer, in bytes: more than any client asks for ahead, and less than what it
    // may leave unread.
    private const int MaxUnsentMetadata = 256 * 1024;

    private readonly MetadataServer _metadataServer = new();
    private MetadataDownload? _metadata;
    private ReadOnlyMemory<byte> _rawInfo;

    /// <summary>
    /// Ends the fetching of metadata: it has been found right, or it was known from the start.
    /// <see cref="SetContent"/> follows when what is on disk is known.
    /// </summary>
    public void MetadataAccepted(ReadOnlyMemory<byte> rawInfo)
    {
        _metadata?.OnVerdict(true, out _);
        _metadata = null;
        _rawInfo = rawInfo;
        _metadataServer.Serve(rawInfo);
    }

    /// <summary>Begins to fetch the metadata of a magnet link from the peers that offer it.</summary>
    public void FetchMetadata() => _metadata = new MetadataDownload(_random);

    private void AskForMetadata(PeerSession session, TimeSpan now)
    {
        if (_metadata is null || session.Extensions is not { } extensions) return;
        byte id = extensions.Ids.IdOf(PeerExtension.Metadata);
        if (id == 0) return;
        if (extensions.MetadataSize is { } size && !_metadata.OnSize(session.Slot, size)) return;
        bool asked = false;
        while (_metadata.TryAsk(session.Slot, now, out int part))
        {
            MetadataMessage.WriteRequest(session.Outbox, id, part);
            asked = true;
        }
        if (asked) _port.HasOutput(session);
    }

    private void ExpireMetadata(TimeSpan now)
    {
        if (_metadata is null) return;
        _metadata.OnTick(now);
        foreach (PeerSession session in _sessions)
            if (session.Phase == SessionPhase.Open) AskForMetadata(session, now);
    }

    private DisconnectReason OnMetadataMessage(PeerSession session, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (!MetadataMessage.TryRead(message, out MetadataMessage parsed)) return DisconnectReason.MalformedMessage;
        switch (parsed.Kind)
        {
            case MetadataMessageKind.Request:
                ServeMetadata(session, parsed.Part, now);
                break;
            case MetadataMessageKind.Reject:
                _metadata?.OnReject(session.Slot, parsed.Part, now);
                break;
            case MetadataMessageKind.Data when _metadata is not null:
                MetadataArrival arrival = _metadata.OnData(session.Slot, parsed.Part, parsed.Data);
                if (arrival == MetadataArrival.Complete) JudgeMetadata();
                break;
        }
        if (session.Phase == SessionPhase.Open) AskForMetadata(session, now);
        return DisconnectReason.None;
    }

    private void ServeMetadata(PeerSession session, int part, TimeSpan now)
    {
        byte id = session.Extensions?.Ids.IdOf(PeerExtension.Metadata) ?? 0;
        // Without a number of theirs there is no way to answer.
        if (id == 0) return;
        bool hasRoom = session.Outbox.Length <= MaxUnsentMetadata;
        if (hasRoom && _metadataServer.TryAnswer(session.Slot, part, now, out _))
        {
            MetadataMessage.WriteData(session.Outbox, id, part, _rawInfo.Span);
            session.TookMetadata = true;
        }
        else
        {
            MetadataMessage.WriteReject(session.Outbox, id, part);
        }
        _port.HasOutput(session);
    }

    private void JudgeMetadata()
    {
        while (_metadata!.TryTakeComplete(out byte[] raw))
        {
            bool right = (_hashes.V1 is not { } v1 || InfoHash.OfV1(raw) == v1)
                && (_hashes.V2 is not { } v2 || Sha256Hash.Of(raw) == v2);
            if (right)
            {
                _port.MetadataReceived(raw);
                return;
            }
            _metadata.OnVerdict(false, out int? guilty);
            PeerSession? liar = guilty is null ? null : _sessions.Find(s => s.Slot == guilty);
            if (liar is not null) Ban(liar.Name);
        }
    }
}
