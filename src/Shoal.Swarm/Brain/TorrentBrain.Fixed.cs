using Shoal.Swarm.Choking;

namespace Shoal.Swarm;

// What differs in a swarm of known members, and what its observer is told.
public sealed partial class TorrentBrain
{
    private ISwarmObserver? Observer => _options.FixedSwarm?.Observer;

    /// <summary>True when peers stay that need nothing, since we want to know of each other how far we are.</summary>
    private bool StaysWithSeeds => _options.FixedSwarm is not null;

    private IChoker NewChoker(int pieceLength) => _options.FixedSwarm is { } swarm
        ? new NeighbourChoker(swarm.Neighbours, _random)
        : new Choker(
            new ChokerOptions
            {
                Slots = _options.UploadSlots, UploadLimitBytesPerSecond = _options.UploadBytesPerSecond,
            },
            pieceLength,
            _random);

    private void TellNeighbours(ReadOnlySpan<int> chosen)
    {
        if (Observer is not { } observer) return;
        List<PeerSession> preferred = [];
        List<PeerSession> optimistic = [];
        foreach (PeerSession session in _sessions)
        {
            if (chosen[.._choker!.RegularCount].Contains(session.Slot)) preferred.Add(session);
            if (_choker.Optimistic.Contains(session.Slot)) optimistic.Add(session);
        }
        observer.NeighboursChosen(preferred, optimistic);
    }
}
