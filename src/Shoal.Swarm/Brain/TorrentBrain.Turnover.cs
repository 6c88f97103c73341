using System.Net;

namespace Shoal.Swarm;

// Making room for peers that may be of more use, when there is no place left to try them.
public sealed partial class TorrentBrain
{
    // How often, and how many of all places in a hundred: libtorrent's peer turnover.
    private static readonly TimeSpan TurnoverInterval = TimeSpan.FromMinutes(5);
    private const int TurnoverPercent = 4;

    // Who came a moment ago has not had its chance: two rounds of optimistic unchokes and some.
    private static readonly TimeSpan TurnoverGrace = TimeSpan.FromMinutes(2);

    private TimeSpan? _turnoverAt;

    // Set while an address could be dialled if all torrents together had fewer connections.
    private bool _lacksPlace;

    // Of a hundred places so many are left to those who call. Everybody who dials fills a place of somebody else, so
    // with more than half of them dialled the swarm is full, and who comes later is turned away everywhere.
    private const int KeptForCallersPercent = 60;

    // Where nobody calls these places would stay empty: behind a router that lets nobody in, and in a swarm whose peers
    // have found each other already. So after a while without callers, who come within a second where all begin at the
    // same time, as many more of a hundred are dialled, down to those that are always kept. Of a simulated thousand,
    // a fifth of them free riders, the last who gives came at 1.13, 0.95 and 1.01 times the bound with 60, 40 and 20
    // kept.
    private static readonly TimeSpan CallersWait = TimeSpan.FromSeconds(3);
    private const int GivenUpPercent = 10;
    private const int AlwaysKeptPercent = 40;

    // Fewer places than this are no swarm to keep open; all may be dialled.
    private const int FewPlaces = 20;

    private int _keptPercent = KeptForCallersPercent;
    private TimeSpan? _callAwaitedSince;

    // Peers that were left for others, so that as many more may be dialled.
    private int _replacements;

    /// <summary>Connections up to which we dial.</summary>
    private int DialledPlaces => _options.FixedSwarm is not null
        ? _options.MaxPeers
        : Math.Max(
            Math.Min(_options.MaxPeers, FewPlaces),
            _options.MaxPeers * (100 - (IsUploadOnly ? KeptForCallersPercent : _keptPercent)) / 100);

    private bool IsFull => _sessions.Count + _directory.DiallingCount >= DialledPlaces;

    /// <summary>
    /// Leaves the least useful peers now and then while all places are taken and addresses are known that were not
    /// tried, here or in another torrent that has fewer places.
    /// </summary>
    private void TurnOver(TimeSpan now)
    {
        TimeSpan due = _turnoverAt ??= now + TurnoverInterval;
        if (now < due) return;
        _turnoverAt = now + TurnoverInterval;
        _replacements = 0;
        if (_options.FixedSwarm is not null) return;
        int most = Math.Max(1, _options.MaxPeers * TurnoverPercent / 100);
        int places = IsFull || _lacksPlace ? _directory.CountUntried(now, most) : 0;
        int toGive = Math.Min(_port.PlacesToGive, most);
        for (; places > 0 || toGive > 0; places--, toGive--)
        {
            if (LeastUseful(now, isForOthers: toGive > 0) is not { } session) return;
            Disconnect(session, DisconnectReason.Useless);
            if (places > 0) _replacements++;
        }
    }

    /// <summary>
    /// Of those who want nothing of us and have nothing that we want, the one that has been so for longest; then, of
    /// those with whom nothing was exchanged for long. Null when all are of use.
    /// </summary>
    private PeerSession? LeastUseful(TimeSpan now, bool isForOthers)
    {
        PeerSession? least = null;
        foreach (PeerSession session in _sessions)
        {
            if (!MayGiveWay(session, now, isForOthers)) continue;
            if (least is null || IsLessUseful(session, least)) least = session;
        }
        return least;
    }

    /// <summary>
    /// Has more of the places that were kept for callers dialled when none comes. Who only serves is called, and where
    /// nobody answers more dials are of no use.
    /// </summary>
    private void GiveUpCallers(TimeSpan now)
    {
        if (_sessions.Count < DialledPlaces || IsUploadOnly) _callAwaitedSince = now;
        _callAwaitedSince ??= now;
        if (now - _callAwaitedSince < CallersWait || _keptPercent <= AlwaysKeptPercent) return;
        _callAwaitedSince = now;
        _keptPercent -= GivenUpPercent;
    }

    private bool TakePlaceFor(IPEndPoint caller)
    {
        _callAwaitedSince = _now;
        if (_sessions.Count < _options.MaxPeers && _port.TakePlace(isDial: false)) return true;
        return MakeRoomFor(caller) && _port.TakePlace(isDial: false);
    }

    /// <summary>
    /// While all places are taken, a peer that calls gets that of the one with the least canonical priority, if its own
    /// is higher (BEP 40): so the swarm stays well mixed, and who has many addresses cannot take all places. With whom
    /// blocks move, who has just come, and whom the user named keep theirs.
    /// </summary>
    private bool MakeRoomFor(IPEndPoint caller)
    {
        if (_options.FixedSwarm is not null) return false;
        uint least = PriorityOf(caller);
        PeerSession? lowest = null;
        foreach (PeerSession session in _sessions)
        {
            if (session.Phase != SessionPhase.Open || _now - session.LastMovedAt < BlockTimeout) continue;
            uint priority = PriorityOf(session.ListensAt);
            // Without a priority nothing can be said against it.
            if (priority == 0 || priority >= least || _directory.IsNamedByUser(session.ListensAt)) continue;
            least = priority;
            lowest = session;
        }
        if (lowest is null) return false;
        Disconnect(lowest, DisconnectReason.TooManyConnections);
        return true;
    }

    private bool MayGiveWay(PeerSession session, TimeSpan now, bool isForOthers)
    {
        if (session.Phase != SessionPhase.Open || now - session.ConnectedAt < TurnoverGrace) return false;
        if (_directory.IsNamedByUser(session.ListensAt)) return false;
        // Who waits for our upload slots while we only upload would be replaced by others who wait for them, unless the
        // place goes to another torrent.
        bool mayMove = isForOthers || !IsUploadOnly;
        return HasNoInterest(session) || (mayMove && now - session.LastMovedAt >= TurnoverInterval);
    }

    private static bool IsLessUseful(PeerSession session, PeerSession than)
    {
        bool isIdle = HasNoInterest(session);
        return isIdle == HasNoInterest(than) ? session.LastMovedAt < than.LastMovedAt : isIdle;
    }

    private static bool HasNoInterest(PeerSession session) => !session.WeAreInterested && !session.PeerInterested;
}
