using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Lab.Simulation;

/// <summary>Runs the program's announce schedule for a simulated peer.</summary>
internal sealed class SimAnnouncer
{
    // As many as the program asks for while it has few.
    private const int PeersToAskFor = 100;

    private const string TrackerUrl = "http://tracker.example:6969/announce";

    private readonly SimPeer _peer;
    private readonly PeerId _id;
    private readonly SimWorld _world;
    private readonly AnnounceSchedule _schedule;

    public SimAnnouncer(SimPeer peer, PeerId id, SimWorld world)
    {
        _peer = peer;
        _id = id;
        _world = world;
        TrackerSource.TryParse(TrackerUrl, AddressOrigin.User, out TrackerSource? source);
        _schedule = new AnnounceSchedule([[source!]], new Random(peer.Random.Next(int.MaxValue)));
    }

    private TimeSpan Now => _world.Network.Now;

    public void Start()
    {
        _schedule.Start(Now);
        Pump();
    }

    public void Complete()
    {
        _schedule.Complete(Now);
        // The announce is an event of its own, as every call to the outside is.
        _peer.Later(TimeSpan.Zero, Pump);
    }

    public void NeedPeers()
    {
        _schedule.NeedPeers(Now);
        _peer.Later(TimeSpan.Zero, Pump);
    }

    public void Stop()
    {
        _schedule.Stop();
        while (_schedule.TryTake(Now, isPartialSeed: false, out AnnounceTurn? turn)) Send(turn);
    }

    /// <summary>Makes the announces that are due.</summary>
    public void Pump()
    {
        if (_schedule.NextAt is not { } at || at > Now) return;
        while (_schedule.TryTake(Now, isPartialSeed: false, out AnnounceTurn? turn))
        {
            AnnounceTurn sent = turn;
            // There and back, and a little work there.
            TimeSpan delay = 2 * _peer.Delay + TimeSpan.FromMilliseconds(_peer.Random.Next(20));
            _peer.Later(delay, () => Answered(sent, Send(sent)));
        }
    }

    private AnnounceReply Send(AnnounceTurn turn)
    {
        bool wantsPeers = _peer.Brain.Sessions.Count < _world.MaxPeersOf(_peer) / 2;
        return _world.Tracker.Announce(
            new AnnounceQuery
            {
                InfoHash = _world.Torrent.Info.Hashes.Wire,
                PeerId = _id,
                Port = (ushort)_peer.ListensAt.Port,
                Uploaded = _peer.Brain.UploadedBytes,
                Downloaded = _peer.Brain.DownloadedBytes,
                Left = _peer.Brain.Have.Length == 0 ? long.MaxValue : _peer.Brain.MissingBytes,
                Event = turn.Event,
                NumWant = turn.Event == AnnounceEvent.Stopped || !wantsPeers ? 0 : PeersToAskFor,
                IsCompact = true,
            },
            _peer.ListensAt.Address,
            Now);
    }

    private void Answered(AnnounceTurn turn, AnnounceReply reply)
    {
        _schedule.Report(turn, AnnounceOutcome.Of(reply, AddressScope.Global), Now);
        if (reply.Peers.Count > 0) _peer.PeersFound(reply.Peers);
    }
}
