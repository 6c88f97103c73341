using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Choking;

namespace Shoal.Swarm;

// What time does: rates, chokes, patience that ends.
public sealed partial class TorrentBrain
{
    // A peer that sends no block for this long while we wait for some is passed over; libtorrent's piece timeout.
    private static readonly TimeSpan BlockTimeout = TimeSpan.FromSeconds(20);

    // A keep-alive is due after two minutes (BEP 3); a little earlier, for clocks and routers that differ.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(100);

    // A connection on which not even keep-alives come is dead: two minutes and some patience.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(150);

    // As for incoming peers: 68 bytes do not take longer.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // Neither side has wanted anything of the other for this long; libtorrent's inactivity timeout.
    private static readonly TimeSpan UselessLimit = TimeSpan.FromMinutes(10);

    // Below this many peers discovery is asked for more, no more often than the interval.
    private const int FewPeers = 10;
    private static readonly TimeSpan WantPeersInterval = TimeSpan.FromSeconds(30);

    private IChoker? _choker;
    private TimeSpan _wantPeersAgainAt;
    private TimeSpan? _lastTick;

    /// <summary>
    /// Time went on. Called a few times a second while there are peers; nothing depends on how often exactly.
    /// </summary>
    public void Tick(TimeSpan now)
    {
        if (_stopping) return;
        _now = now;
        TimeSpan passed = _lastTick is { } last ? now - last : TimeSpan.Zero;
        _lastTick = now;
        for (int i = _sessions.Count - 1; i >= 0; i--) TickSession(_sessions[i], now, passed);
        if (_choker is not null && now >= _choker.NextRound) HoldChokeRound(now);
        else FillFreeSlots(now);
        TickSuperSeeding(now);
        ExpireMetadata(now);
        ExpireHashRequests(now);
        RequestHashes(now);
        FillAllRequests(now);
        TurnOver(now);
        GiveUpCallers(now);
        DialMore(now);
        if (_sessions.Count < FewPeers && !IsUploadOnly && now >= _wantPeersAgainAt)
        {
            _wantPeersAgainAt = now + WantPeersInterval;
            _port.WantPeers();
        }
    }

    private void TickSession(PeerSession session, TimeSpan now, TimeSpan passed)
    {
        session.DownloadRate = session.Down.BytesPerSecond(now);
        session.UploadRate = session.Up.BytesPerSecond(now);
        if (session.Phase == SessionPhase.Handshaking)
        {
            if (now - session.ConnectedAt > HandshakeTimeout) Disconnect(session, DisconnectReason.HandshakeTimeout);
            return;
        }
        if (_port.HoldsBack(session))
        {
            // Both clocks stand still while what the peer sent waits for our own limit or disk.
            session.LastReceivedAt = Later(session.LastReceivedAt, passed, now);
            session.LastBlockAt = Later(session.LastBlockAt, passed, now);
        }
        if (now - session.LastReceivedAt > SilenceLimit)
        {
            Disconnect(session, DisconnectReason.Silent);
            return;
        }
        if (_info is not null && IsUploadOnly && session.NeedsNothing && !StaysWithSeeds)
        {
            Disconnect(session, DisconnectReason.BothSeeds);
            return;
        }
        bool hasUse = session.WeAreInterested || session.PeerInterested || StaysWithSeeds;
        if (now - session.LastUsefulAt > UselessLimit && !hasUse)
        {
            Disconnect(session, DisconnectReason.Useless);
            return;
        }
        if (now - session.LastSentAt > KeepAliveInterval && session.Outbox.IsEmpty && !session.HasUploads)
        {
            PeerMessages.WriteKeepAlive(session.Outbox);
            session.LastSentAt = now;
            _port.HasOutput(session);
        }
        if (now - session.LastBlockAt <= BlockTimeout) return;
        if (session.Pending.Count > 0) Snub(session, now);
        else if (session.Pieces is { MayBeLate: true }) TryAgain(session, now);
    }

    private static TimeSpan Later(TimeSpan time, TimeSpan by, TimeSpan atMost) =>
        time + by < atMost ? time + by : atMost;

    /// <summary>
    /// Passes over a peer that lets us wait: others are asked for its blocks, and it is asked for one more only, to
    /// see whether it comes back.
    /// </summary>
    private void Snub(PeerSession session, TimeSpan now)
    {
        session.IsSnubbed = true;
        session.LastBlockAt = now;
        session.Window.OnTimeout();
        OutstandingBlocks -= session.Pending.Count;
        _port.ReturnCredit(session.Pending.Count);
        Excuse(session, session.Pending.Count);
        session.Pending.Clear();
        _picker!.ExpireAll(session.Pieces!);
        FillAllRequests(now);
    }

    /// <summary>
    /// What a peer is late with may be asked of it anew once nothing else is: it has had twice the time, so it has most
    /// likely forgotten, and it may be the only one that has these blocks.
    /// </summary>
    private void TryAgain(PeerSession session, TimeSpan now)
    {
        session.LastBlockAt = now;
        _picker!.ReleaseAll(session.Pieces!);
        FillRequests(session, now);
    }

    private bool HasFreeSlot()
    {
        if (_choker is null) return false;
        int unchoked = 0;
        foreach (PeerSession session in _sessions)
            if (session.UnchokedByUs && session.PeerInterested) unchoked++;
        return _choker.ShouldUnchokeNow(unchoked);
    }

    /// <summary>
    /// Gives slots that got free since the last round to those who have waited longest, as a line that nobody uses for
    /// the rest of a round is lost.
    /// </summary>
    private void FillFreeSlots(TimeSpan now)
    {
        while (HasFreeSlot())
        {
            PeerSession? next = null;
            foreach (PeerSession session in _sessions)
            {
                if (session.Phase != SessionPhase.Open || session.UnchokedByUs || !session.PeerInterested) continue;
                if (next is null || session.ChokeChangedAt < next.ChokeChangedAt) next = session;
            }
            if (next is null) return;
            Unchoke(next, now);
        }
    }

    private void HoldChokeRound(TimeSpan now)
    {
        var peers = new ChokerPeer[_sessions.Count];
        int count = 0;
        foreach (PeerSession session in _sessions)
            if (session.Phase == SessionPhase.Open) peers[count++] = ForChoker(session);
        int[] unchoked = new int[count];
        int slots = _choker!.HoldRound(now, IsUploadOnly, peers.AsSpan(0, count), unchoked);
        ReadOnlySpan<int> chosen = unchoked.AsSpan(0, slots);
        foreach (PeerSession session in _sessions)
        {
            session.UsefulAtRound = session.UsefulBytes;
            session.UploadedAtRound = session.UploadedBytes;
            if (session.Phase != SessionPhase.Open) continue;
            if (chosen.Contains(session.Slot)) Unchoke(session, now);
            else Choke(session, now);
        }
        TellNeighbours(chosen);
    }

    private ChokerPeer ForChoker(PeerSession session) => new()
    {
        Slot = session.Slot,
        IsInterested = session.PeerInterested,
        IsUnchoked = session.UnchokedByUs,
        IsSnubbing = session.IsSnubbed,
        BytesReceived = session.UsefulBytes - session.UsefulAtRound,
        Owed = session.WeAreInterested ? 0 : Math.Max(0, session.UsefulBytes - session.UploadedBytes),
        BytesSent = session.UploadedBytes - session.UploadedAtRound,
        BytesSentInSlot = session.UnchokedByUs ? session.UploadedBytes - session.UploadedAtUnchoke : 0,
        ChangedAt = session.ChokeChangedAt,
        ConnectedAt = session.ConnectedAt,
        HavePerMille = HavePerMille(session),
    };

    /// <summary>
    /// How much of the torrent the peer has, or must have by what we sent it: who hides what it has gains nothing.
    /// </summary>
    private int HavePerMille(PeerSession session)
    {
        long total = Math.Max(1, _geometry!.PayloadTotal);
        long said = 1000L * session.PieceCount / Math.Max(1, _geometry.PieceCount);
        long sent = Math.Min(500, 1000 * session.UploadedBytes / total);
        return (int)Math.Max(said, sent);
    }
}
