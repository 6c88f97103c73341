using Shoal.Lab.Simulation;

namespace Shoal.Lab.Reports;

/// <summary>The figures of one group of simulated peers.</summary>
/// <param name="Name">The group.</param>
/// <param name="Peers">How many there are.</param>
/// <param name="Complete">How many got everything.</param>
/// <param name="IsSeed">True when they had everything at the start.</param>
/// <param name="Took">Seconds from joining to having everything, of those who got there.</param>
/// <param name="OfBound">The same as parts of each peer's bound, which counts its time away.</param>
/// <param name="UploadedBytes">Bytes of blocks that one sent, on average.</param>
/// <param name="DownloadedBytes">Bytes of blocks that one received, on average.</param>
/// <param name="WastedBytes">Bytes that all of them received for nothing.</param>
public sealed record GroupSummary(
    string Name, int Peers, int Complete, bool IsSeed, Quantiles Took, Quantiles OfBound, double UploadedBytes,
    double DownloadedBytes, long WastedBytes)
{
    /// <summary>The groups of a run, in the order of its plan; those without peers are left out.</summary>
    public static IReadOnlyList<GroupSummary> Of(SimulationResult result)
    {
        var summaries = new List<GroupSummary>();
        foreach (PeerGroup group in result.Plan.Groups)
        {
            SimulatedPeer[] peers = [.. result.Peers.Where(peer => peer.Group == group.Name)];
            if (peers.Length == 0) continue;
            double[] took = [.. peers.Select(peer => peer.TookSeconds).OfType<double>()];
            double[] ofBound = [.. peers.Select(peer => peer.TookSeconds / peer.BoundSeconds).OfType<double>()];
            summaries.Add(new GroupSummary(
                group.Name, peers.Length, took.Length, group.IsSeed, new Quantiles(took), new Quantiles(ofBound),
                peers.Average(peer => peer.UploadedBytes), peers.Average(peer => peer.DownloadedBytes),
                peers.Sum(peer => peer.WastedBytes)));
        }
        return summaries;
    }
}
