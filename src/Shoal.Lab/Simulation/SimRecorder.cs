using Shoal.Protocol;

namespace Shoal.Lab.Simulation;

/// <summary>Looks at a simulated swarm at even intervals and keeps what a report draws.</summary>
internal sealed class SimRecorder
{
    // Looks kept; when there are more, every second one is dropped and the interval doubled.
    private const int MaxSamples = 240;

    // Columns of the heat map and lines of the progress plot; more could not be told apart.
    private const int MaxPieceColumns = 160;
    private const int MaxTrackedPeers = 120;

    private readonly SimWorld _world;
    private readonly List<SimulationSample> _samples = [];
    private readonly List<SimPeer> _tracked = [];
    private int _skip;
    private int _stride = 1;
    private long _sentBefore;
    private TimeSpan _before;

    public SimRecorder(SimWorld world)
    {
        _world = world;
        int step = Math.Max(1, (world.PeerCount + MaxTrackedPeers - 1) / MaxTrackedPeers);
        for (int i = 0; i < world.PeerCount; i += step) _tracked.Add(world.Peers[i]);
    }

    /// <summary>What was seen.</summary>
    public IReadOnlyList<SimulationSample> Samples => _samples;

    /// <summary>The peers whose progress is kept, by number.</summary>
    public IReadOnlyList<int> Tracked => [.. _tracked.Select(peer => peer.Number)];

    /// <summary>Looks.</summary>
    public void Sample()
    {
        if (_skip++ % _stride != 0) return;
        Add();
        if (_samples.Count <= MaxSamples) return;
        for (int i = _samples.Count - 2; i >= 0; i -= 2) _samples.RemoveAt(i);
        _stride *= 2;
        _skip = 1;
    }

    /// <summary>Looks for the last time.</summary>
    public void End()
    {
        if (_world.Events.Now > _before) Add();
    }

    private void Add()
    {
        TimeSpan now = _world.Events.Now;
        long sent = 0;
        int online = 0, complete = 0;
        foreach (SimPeer peer in _world.Peers)
        {
            sent += peer.UploadedBytes;
            if (peer.IsOnline) online++;
            if (peer.CompletedAt is not null) complete++;
        }
        double seconds = (now - _before).TotalSeconds;
        _samples.Add(new SimulationSample
        {
            Seconds = now.TotalSeconds,
            BytesPerSecond = seconds > 0 ? (sent - _sentBefore) * _world.Scale / seconds : 0,
            Online = online,
            Complete = complete,
            Progress = [.. _tracked.Select(Progress)],
            Availability = Availability(),
        });
        _sentBefore = sent;
        _before = now;
    }

    private float Progress(SimPeer peer)
    {
        if (!peer.IsOnline) return peer.JoinedAt is null || peer.CompletedAt is null ? 0 : 1;
        Bitfield have = peer.Brain.Have;
        return have.Length == 0 ? 0 : (float)have.Count / have.Length;
    }

    // The least availability of the pieces in each column: what a swarm lacks is what matters.
    private int[] Availability()
    {
        int pieces = _world.Availability.Length;
        int columns = Math.Min(pieces, MaxPieceColumns);
        int[] least = new int[columns];
        for (int column = 0; column < columns; column++)
        {
            int begin = (int)((long)column * pieces / columns);
            int end = Math.Max(begin + 1, (int)((long)(column + 1) * pieces / columns));
            least[column] = int.MaxValue;
            for (int piece = begin; piece < end; piece++)
                least[column] = Math.Min(least[column], _world.Availability[piece]);
        }
        return least;
    }
}
