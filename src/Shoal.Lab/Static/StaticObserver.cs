using Shoal.Protocol;
using Shoal.Swarm;

namespace Shoal.Lab.Static;

/// <summary>Keeps a peer's log and sees when every peer has the file. Called by the torrent alone.</summary>
internal sealed class StaticObserver : ISwarmObserver
{
    // A peer that has just opened its port closes connections until it has read its file.
    private const int Patience = 5;

    private readonly StaticLog _log;
    private readonly StaticMember _own;
    private readonly Dictionary<PeerId, long> _ids;
    private readonly HashSet<long> _complete = [];
    private readonly Dictionary<string, int> _strangers = [];
    private readonly Action<string> _warn;
    private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allComplete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing;

    public StaticObserver(
        StaticLog log, StaticMember own, IReadOnlyList<StaticMember> members, Action<string> warn)
    {
        _log = log;
        _own = own;
        _warn = warn;
        _ids = members.ToDictionary(m => m.PeerId, m => m.Id);
    }

    /// <summary>Ends when the file was looked at; tells whether all of it is here.</summary>
    public Task<bool> IsWhole => _started.Task;

    /// <summary>Ends when every peer of the swarm has the whole file.</summary>
    public Task AllComplete => _allComplete.Task;

    public void Started(Bitfield have)
    {
        _missing = have.Length - have.Count;
        _log.Started(have.Count, have.Length);
        _started.TrySetResult(have.IsFull);
        if (have.IsFull) NoteComplete(_own.Id);
    }

    public void Joined(PeerSession peer) => _log.Connected(IdOf(peer), weDialled: !peer.IsIncoming);

    public void Left(PeerSession peer, DisconnectReason reason)
    {
        bool isStranger = !_ids.ContainsKey(peer.Handshake.PeerId);
        if (!isStranger || reason == DisconnectReason.Stopping) return;
        string place = peer.Remote.ToString();
        _strangers[place] = _strangers.GetValueOrDefault(place) + 1;
        if (_strangers[place] != Patience) return;
        _warn($"What answers at {place} is no peer of this swarm ({reason}): all peers need the Common.cfg, "
            + "PeerInfo.cfg and .torrent of one set-up.");
    }

    public void ChokeChanged(PeerSession peer) => _log.ChokeChanged(IdOf(peer), peer.UnchokedUs);

    public void InterestTold(PeerSession peer, bool isInterested) => _log.InterestTold(IdOf(peer), isInterested);

    public void PieceAnnounced(PeerSession peer, PieceIndex piece) => _log.PieceAnnounced(IdOf(peer), piece);

    public void PiecesChanged(PeerSession peer)
    {
        if (peer.IsSeed) NoteComplete(IdOf(peer));
    }

    public void PieceArrived(PeerSession peer, PieceIndex piece) => _log.PieceArrived(IdOf(peer), piece);

    public void PieceJudged(PieceIndex piece, bool isGood)
    {
        _log.PieceJudged(piece, isGood);
        if (isGood && --_missing == 0) NoteComplete(_own.Id);
    }

    public void NeighboursChosen(IReadOnlyList<PeerSession> preferred, IReadOnlyList<PeerSession> optimistic) =>
        _log.NeighboursChosen(preferred.Select(IdOf), optimistic.Select(IdOf));

    private void NoteComplete(long id)
    {
        _complete.Add(id);
        if (_complete.Count == _ids.Count) _allComplete.TrySetResult();
    }

    private long IdOf(PeerSession peer) => _ids[peer.Handshake.PeerId];
}
