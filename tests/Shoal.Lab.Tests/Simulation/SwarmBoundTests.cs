using Shoal.Lab.Reports;
using Shoal.Lab.Simulation;

namespace Shoal.Lab.Tests.Simulation;

public sealed class SwarmBoundTests
{
    private const long Rate = 1_000_000;

    private static readonly PeerGroup Crashing = new()
    {
        Name = "crashing", Count = 6, CrashesEvery = TimeSpan.FromSeconds(10), AwayFor = TimeSpan.FromSeconds(4),
    };

    private static readonly SimulationPlan Plan = new()
    {
        ContentBytes = 16 * Rate,
        PieceLength = 256 * 1024,
        FaultsEnd = TimeSpan.FromHours(1),
        Groups =
        [
            new PeerGroup { Name = "seed", Count = 1, IsSeed = true },
            new PeerGroup { Name = "peers", Count = 6, UpBytesPerSecond = Rate, DownBytesPerSecond = Rate },
            Crashing with { UpBytesPerSecond = Rate, DownBytesPerSecond = Rate },
        ],
    };

    [Fact]
    public void Who_is_away_needs_its_time_away_and_its_content_through_its_line()
    {
        double swarm = SwarmBound.Seconds(Plan);
        Assert.InRange(swarm, 16, 18);
        Assert.Equal(swarm, SwarmBound.Seconds(Plan, Plan.Groups[1], 0));
        Assert.Equal(16 + 40, SwarmBound.Seconds(Plan, Plan.Groups[2], 40), 9);
    }

    [Fact]
    public void A_run_tells_how_long_each_peer_was_away_and_nobody_is_faster_than_its_bound()
    {
        SimulationResult run = Simulator.Run(Plan, TestContext.Current.CancellationToken);
        Assert.True(run.IsComplete);
        foreach (SimulatedPeer peer in run.Peers.Where(peer => peer.Group != "seed"))
        {
            // Whole absences, and none of who does not crash.
            double absences = peer.AwaySeconds / Crashing.AwayFor.TotalSeconds;
            Assert.Equal(Math.Round(absences), absences, 6);
            if (peer.Group == "peers") Assert.Equal(0, peer.AwaySeconds);
            Assert.InRange(peer.TookSeconds!.Value, peer.BoundSeconds - Plan.PieceLength / (double)Rate, 600);
        }
        Assert.Contains(run.Peers, peer => peer.AwaySeconds > 0 && peer.BoundSeconds > run.BoundSeconds);
        GroupSummary crashing = GroupSummary.Of(run).Single(group => group.Name == "crashing");
        Assert.InRange(crashing.OfBound.At(1), 1, crashing.Took.At(1) / run.BoundSeconds);
    }
}
