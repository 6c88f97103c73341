namespace Shoal.Lab.Simulation;

/// <summary>The time that no way of sharing can be faster than.</summary>
public static class SwarmBound
{
    /// <summary>
    /// Seconds that one peer needs at least: no fewer than the swarm's, and no fewer than its content takes through its
    /// line and it was away meanwhile.
    /// </summary>
    /// <param name="plan">What the swarm is made of.</param>
    /// <param name="group">The peer's group.</param>
    /// <param name="awaySeconds">Time in which it was not there, before it was complete.</param>
    public static double Seconds(SimulationPlan plan, PeerGroup group, double awaySeconds) =>
        Math.Max(Seconds(plan), (double)plan.ContentBytes / group.DownBytesPerSecond + awaySeconds);

    /// <summary>
    /// Seconds that the peers of a plan need at least, all of them there from the start: the largest of F / up of the
    /// seeds, F / narrowest line in, and N F / all lines out, and log2 N times a piece on the way of the first one.
    /// </summary>
    public static double Seconds(SimulationPlan plan)
    {
        double seedUp = 0, totalUp = 0, narrowest = double.MaxValue, upSum = 0;
        int takers = 0;
        foreach (PeerGroup group in plan.Groups)
        {
            if (group.IsSeed) seedUp += (double)group.Count * group.UpBytesPerSecond;
            bool gives = group.Behaviour == PeerBehaviour.Honest;
            if (gives) totalUp += (double)group.Count * group.UpBytesPerSecond;
            if (group.IsSeed) continue;
            takers += group.Count;
            narrowest = Math.Min(narrowest, group.DownBytesPerSecond);
            upSum += (double)group.Count * group.UpBytesPerSecond;
        }
        if (takers == 0) return 0;
        double bytes = plan.ContentBytes;
        double least = Math.Max(bytes / seedUp, Math.Max(bytes / narrowest, takers * bytes / totalUp));
        double meanUp = upSum / takers;
        return least + Math.Log2(Math.Max(2, takers)) * plan.PieceLength / meanUp;
    }
}
