namespace Shoal.Lab.Simulation;

/// <summary>Runs simulated swarms.</summary>
public static class Simulator
{
    private const int MaxFedPeers = 60;

    /// <summary>Runs a plan to its end.</summary>
    /// <param name="plan">What the swarm is made of.</param>
    /// <param name="cancellationToken">Ends the run early, by an exception.</param>
    /// <exception cref="LabException">The plan makes no sense; the message says what of it.</exception>
    /// <exception cref="Checks.SimulationException">A rule was broken: a defect of the program.</exception>
    public static SimulationResult Run(SimulationPlan plan, CancellationToken cancellationToken = default) =>
        Run(plan, SimSeams.None, cancellationToken);

    internal static SimulationResult Run(
        SimulationPlan plan, SimSeams seams, CancellationToken cancellationToken = default)
    {
        PlanChecks.Check(plan);
        var world = new SimWorld(plan, seams);
        world.Run(cancellationToken);
        return ResultOf(world);
    }

    private static SimulationResult ResultOf(SimWorld world)
    {
        SimulatedPeer[] peers = [.. world.Peers.Select(peer => ResultOf(peer, world))];
        SimulatedPeer[] awaited = [.. peers.Where(peer =>
            !world.Plan.Groups.First(g => g.Name == peer.Group).IsSeed
            && peer.Behaviour is PeerBehaviour.Honest or PeerBehaviour.FreeRider)];
        double last = awaited.Where(peer => peer.TookSeconds is not null)
            .Select(peer => peer.JoinedSeconds!.Value + peer.TookSeconds!.Value).DefaultIfEmpty(0).Max();
        bool isComplete = awaited.All(peer => peer.TookSeconds is not null || peer.HasLeft);
        SimPeer[] seeds = [.. world.Peers.Where(peer => peer.Group.IsSeed)];
        return new SimulationResult
        {
            Plan = world.Plan,
            Peers = peers,
            Seconds = isComplete ? last : world.Events.Now.TotalSeconds,
            IsComplete = isComplete,
            Events = world.Events.Happened,
            Announces = world.Tracker.Announces,
            PieceCount = world.Torrent.Geometry.PieceCount,
            Samples = world.Recorder.Samples,
            Tracked = world.Recorder.Tracked,
            Fed = Fed(world),
            IsFedByGroup = world.PeerCount > MaxFedPeers,
            Log = world.Log.Lines,
            Digest = world.Log.IsOn ? world.Log.Digest : 0,
            BoundSeconds = SwarmBound.Seconds(world.Plan),
            SeedCopies = seeds.Length == 0
                ? 0 : seeds.Average(seed => (double)seed.UploadedBytes) / world.Torrent.Geometry.PayloadTotal,
        };
    }

    private static SimulatedPeer ResultOf(SimPeer peer, SimWorld world) => new()
    {
        Number = peer.Number,
        Group = peer.Group.Name,
        Behaviour = peer.Group.Behaviour,
        JoinedSeconds = peer.JoinedAt?.TotalSeconds,
        TookSeconds = peer.Group.IsSeed ? 0 : (peer.CompletedAt - peer.JoinedAt)?.TotalSeconds,
        AwaySeconds = peer.TimeAway.TotalSeconds,
        BoundSeconds = SwarmBound.Seconds(world.Plan, peer.Group, peer.TimeAway.TotalSeconds),
        UploadedBytes = (long)(peer.UploadedBytes * world.Scale),
        DownloadedBytes = (long)(peer.DownloadedBytes * world.Scale),
        WastedBytes = (long)(peer.WastedBytes * world.Scale),
        HasLeft = peer.HasLeft,
    };

    private static long[][] Fed(SimWorld world)
    {
        bool isByGroup = world.PeerCount > MaxFedPeers;
        List<PeerGroup> groups = [.. world.Plan.Groups];
        int count = isByGroup ? groups.Count : world.PeerCount;
        int Index(SimPeer peer) => isByGroup ? groups.IndexOf(peer.Group) : peer.Number;
        long[][] fed = new long[count][];
        for (int i = 0; i < count; i++) fed[i] = new long[count];
        foreach (SimPeer taker in world.Peers)
            foreach (SimPeer giver in world.Peers)
                fed[Index(giver)][Index(taker)] += (long)(taker.FedBy[giver.Number] * world.Scale);
        return fed;
    }
}
